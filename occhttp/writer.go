package occhttp

import "net/http"

// writer knows whether the response began. It may answer in place of the handler at that moment.
type writer struct {
	http.ResponseWriter
	// before is asked when the handler begins its response. If it wrote another one, the handler's is dropped.
	before  func(status int) (replaced bool)
	wrote   bool
	dropped bool
}

// WriteHeader begins the response. Informational ones do not.
func (w *writer) WriteHeader(status int) {
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		w.ResponseWriter.WriteHeader(status)
		return
	}
	if w.begin(status) {
		w.ResponseWriter.WriteHeader(status)
	}
}

// Write begins the response with 200 if nothing did.
func (w *writer) Write(b []byte) (int, error) {
	if !w.begin(http.StatusOK) {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}

// begin reports whether the handler's own response goes on.
func (w *writer) begin(status int) bool {
	if !w.wrote {
		w.wrote = true
		w.dropped = w.before != nil && w.before(status)
	}
	return !w.dropped
}

// finish is for handlers that write nothing, which is a 200 as well.
func (w *writer) finish() { w.begin(http.StatusOK) }

// FlushError flushes, for http.ResponseController.
func (w *writer) FlushError() error {
	if !w.begin(http.StatusOK) {
		return nil
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush implements http.Flusher.
func (w *writer) Flush() { _ = w.FlushError() } // http.Flusher has no error

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }
