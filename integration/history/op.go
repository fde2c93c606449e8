package history

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/entocc/entocc"
)

// Outcome is what a process knows about its operation.
type Outcome string

// The outcomes of an operation. There is no fourth: an error that entocc does not call unknown means that nothing was
// written, and the checkers rely on that.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
	Unknown Outcome = "unknown"
)

// Cell is a row as an operation saw it, or as it left it.
type Cell struct {
	Row string `json:"row"`
	// Version is the row's, 0 if the operation did not get it.
	Version int64 `json:"version,omitempty"`
	// From is the version that a write started from, 0 if it stated none.
	From int64 `json:"from,omitempty"`
	// Mark is the last mark in the row, left by the operation that wrote it. For a write it is the mark that it
	// replaces, if that is not in the list.
	Mark string `json:"mark,omitempty"`
	// List has all marks of the row in order, if the workload keeps them.
	List []string `json:"list,omitempty"`
	// Sum is the number in the row, if the workload has one.
	Sum int `json:"sum,omitempty"`
	// Gone says that the row was not there, or that the write deleted it.
	Gone bool `json:"gone,omitempty"`
}

// Op is one operation of a process.
type Op struct {
	// Mark names the operation in its history. Writes leave it in their rows.
	Mark    string `json:"mark"`
	Process int    `json:"process"`
	Do      string `json:"do"`
	Reads   []Cell `json:"reads,omitempty"`
	Writes  []Cell `json:"writes,omitempty"`
	// Each says that the rows were written one by one, not all or none.
	Each    bool    `json:"each,omitempty"`
	Outcome Outcome `json:"outcome"`
	// Retryable is the result of entocc.IsRetryable for the error.
	Retryable bool   `json:"retryable,omitempty"`
	Err       string `json:"err,omitempty"`
	// Call and Return are when it was called and when it answered, since the start of the history.
	Call   time.Duration `json:"call"`
	Return time.Duration `json:"return"`
}

// String describes the operation for a report.
func (o *Op) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s by process %d (%s, %v to %v): %s", o.Do, o.Process, o.Mark,
		o.Call.Round(time.Microsecond), o.Return.Round(time.Microsecond), o.Outcome)
	for _, c := range o.Reads {
		fmt.Fprintf(&b, ", saw %s at version %d", c.Row, c.Version)
	}
	for _, c := range o.Writes {
		fmt.Fprintf(&b, ", wrote %s %s", c.Row, versions(c))
	}
	if o.Err != "" {
		b.WriteString(", " + o.Err)
	}
	return b.String()
}

// History is what the processes of one round did.
type History struct {
	start time.Time
	mu    sync.Mutex
	marks int
	ops   []*Op
}

// New returns an empty history that starts now.
func New() *History { return &History{start: time.Now()} }

// Started is when the history began.
func (h *History) Started() time.Time { return h.start }

// Begin records the call of an operation.
func (h *History) Begin(process int, do string) *Op {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.marks++
	o := &Op{Mark: fmt.Sprint(h.marks), Process: process, Do: do, Outcome: Unknown, Call: time.Since(h.start)}
	h.ops = append(h.ops, o)
	return o
}

// End records the answer. A refused operation has written nothing, and one that failed has read nothing.
func (h *History) End(o *Op, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	o.Return = time.Since(h.start)
	o.Outcome = outcomeOf(err)
	if err != nil {
		o.Err, o.Retryable = err.Error(), entocc.IsRetryable(err)
	}
}

func outcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Done
	case entocc.IsOutcomeUnknown(err):
		return Unknown
	default:
		return Refused
	}
}

// Ops returns the operations in the order of their calls. Nothing more may be recorded.
func (h *History) Ops() []*Op { return h.ops }

// WriteTo writes one line of JSON for each operation.
func (h *History) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	buffered := bufio.NewWriter(counted)
	enc := json.NewEncoder(buffered)
	for _, o := range h.ops {
		if err := enc.Encode(o); err != nil {
			return counted.n, err
		}
	}
	err := buffered.Flush()
	return counted.n, err
}

// Read reads what WriteTo has written.
func Read(r io.Reader) (*History, error) {
	h := &History{}
	for dec := json.NewDecoder(r); ; {
		o := &Op{}
		switch err := dec.Decode(o); {
		case errors.Is(err, io.EOF):
			return h, nil
		case err != nil:
			return nil, fmt.Errorf("operation %d of the history: %w", len(h.ops)+1, err)
		}
		h.ops = append(h.ops, o)
	}
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
