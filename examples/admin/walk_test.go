package main

import (
	"flag"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walkFor is how long the random walk takes in each browser, half of it with each database; by hand:
//
//	ENTOCC_BROWSERS=everything go test ./examples/admin -run RandomWalk -walk 10m -timeout 30m -seed 7
var (
	walkFor  = flag.Duration("walk", 20*time.Second, "how long the random walk takes in each browser")
	walkSeed = flag.Uint64("seed", 0, "seed of the random walk; 0 takes a new one")
)

// walker is a user who walks at random. seen has the texts that pages have shown them, and unsaved what they typed and
// nobody has stored, by field.
type walker struct {
	*tab
	name          string
	typed         int
	seen, unsaved map[string]bool
	did           map[string]int
}

// walked are the fields that walkers type into: one that only the form has, and one that the list also has.
var walked = []string{"notes", "stock"}

// TestBrowser_RandomWalk: two users click, type, go back, reload and duplicate tabs. A user who replaces the other's
// text must have seen it, and each typed text must be in the database or in the answer to the click on Save.
func TestBrowser_RandomWalk(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		seed := *walkSeed
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		b.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // must be repeatable
		did := make(map[string]int)
		var users []*walker
		for i, name := range []string{"ada", "joan"} {
			w := &walker{tab: b.tab(false), name: name, typed: 100_000 * (i + 1), seen: make(map[string]bool), unsaved: make(map[string]bool), did: did}
			w.open("/products/1")
			users = append(users, w)
		}
		for end := time.Now().Add(*walkFor / 2); time.Now().Before(end) && !b.Failed(); did["steps"]++ {
			b.forgotten.Store(random.IntN(2) == 0)
			users[random.IntN(2)].step(random)
		}
		b.Logf("%v", did)
	})
}

// step is one thing that a user does.
func (w *walker) step(random *rand.Rand) {
	w.Helper()
	w.look()
	answer := w.anything(`location.search === "" && location.pathname !== "/"`) // to a POST, which would be posted again
	field := walked[random.IntN(len(walked))]
	switch n := random.IntN(12); {
	case n < 4 && w.there(w.input(field)):
		w.enterText(field)
	case n < 8 && w.there("save"):
		w.save("save")
	case n == 4 && w.there("theirs-"+field):
		w.choose("theirs-" + field)
	case n < 8 && w.there("merge"):
		w.save("merge")
	case n == 8 && w.anything(`history.length > 1 && (document.referrer !== "" || location.search.includes("saved"))`):
		w.did["back"]++
		w.back()
	case n == 9 && !answer:
		w.did["reload"]++
		w.reload()
	case n == 10 && !answer && random.IntN(4) == 0:
		w.duplicate()
	case n == 11 && random.IntN(2) == 0:
		w.open("/")
	case n == 11, !w.there(w.input(field)):
		w.open("/products/1")
	}
	w.look()
}

// enterText types a new text.
func (w *walker) enterText(field string) {
	w.Helper()
	w.typed++
	text := strconv.Itoa(w.typed)
	if field == "notes" {
		text = w.name + " " + text
	}
	w.typeIn(w.input(field), text)
	w.seen[field+text], w.unsaved[field+text] = true, true
	w.did["typed"]++
}

// duplicate continues in a duplicate of the tab.
func (w *walker) duplicate() {
	w.Helper()
	var path string
	w.must(w.driver.eval(`location.pathname`, &path), "path")
	w.must(w.driver.eval(`document.dispatchEvent(new Event("duplicate-tab"))`, nil), "duplicate")
	w.tab = w.other(path)
	w.did["duplicated"]++
}

// save clicks, and compares the answer with what was stored and what was typed.
func (w *walker) save(button string) {
	w.Helper()
	before, mine, theirs := w.stored(1), make(map[string]string), make(map[string]bool)
	for _, field := range walked {
		if w.there(w.input(field)) {
			mine[field] = w.value(w.input(field))
		}
		theirs[field] = w.there("theirs-"+field) && w.checked("theirs-"+field)
	}
	w.click(button)
	w.did[button]++
	after := w.stored(1)
	for _, field := range walked {
		if after[field] != before[field] {
			w.did["stored"]++
			require.True(w, w.seen[field+before[field]], "%s has overwritten %q with %q without having seen it", w.name, before[field], after[field])
			assert.Equal(w, mine[field], after[field])
			delete(w.unsaved, field+after[field])
		} else if w.unsaved[field+mine[field]] && !theirs[field] {
			w.did["refused"]++
			assert.True(w, w.shows(mine[field]), "%s typed %q, and it is neither stored nor shown", w.name, mine[field])
		}
	}
}

// look remembers what the page shows.
func (w *walker) look() {
	for field, now := range w.stored(1) {
		if w.shows(now) {
			w.seen[field+now] = true
		}
	}
}

// input returns the field's input on the page, which is the form of the product or the list.
func (w *walker) input(field string) string {
	if w.anything(`document.getElementById("row-1") !== null`) {
		return field + ".1"
	}
	return field
}

func (w *walker) there(name string) bool { return w.anything(element(name) + ` !== null`) }

func (w *walker) anything(expression string) (is bool) {
	w.Helper()
	w.must(w.driver.eval(expression, &is), expression)
	return is
}
