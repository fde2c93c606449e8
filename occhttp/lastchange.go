package occhttp

import (
	"context"
	"errors"
	"net/http"

	"github.com/entocc/entocc"
)

// addLastChange adds who changed the row of a conflict, and when. A row that can't be read, or only in a transaction that may never commit,
// adds nothing.
func (o *options) addLastChange(r *http.Request, p *Problem, err error) {
	var (
		modified *entocc.RecordModifiedError
		bulk     *entocc.BulkModifiedError
		typed    interface {
			CurrentValue(context.Context) (any, error)
		}
	)
	if o.changed == nil || p.Type != TypeModified || p.Deleted || errors.As(err, &bulk) ||
		!errors.As(err, &modified) || modified.InOpenTx() || !errors.As(err, &typed) {
		return
	}
	if current, err := typed.CurrentValue(r.Context()); err == nil {
		p.ModifiedBy, p.ModifiedAt = o.changed(current)
	}
}
