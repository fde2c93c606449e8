package write

import (
	"context"

	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/session"
)

// check compares the version of a row when there is nothing to write to it. If the row did not match, but matches when
// it is probed, check looks again, because the row also has to be read.
func (w *Write) check(ctx context.Context, drv dialect.Driver) error {
	for range settleTries {
		found, err := w.checked(ctx, drv)
		if err != nil || found {
			return w.Failed(err)
		}
		if err := w.Explain(ctx, drv, drv.Dialect()); err != nil {
			return err
		}
	}
	return w.unsettled()
}

// checked reads and locks the row if it has the version that the caller expects.
func (w *Write) checked(ctx context.Context, drv dialect.Driver) (found bool, err error) {
	s := w.Selector(ctx, drv.Dialect(), w.Spec.Node.Columns...)
	w.where(s)
	w.whereFields(s)
	if len(w.Accepted) > 0 {
		s.Where(w.Schema.Equals(w.Accepted))
	}
	session.Shared.Apply(s)
	query, args := s.Query()
	return w.scan(ctx, drv, query, args)
}
