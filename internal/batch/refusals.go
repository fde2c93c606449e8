package batch

import (
	"errors"

	"github.com/entocc/entocc"
)

// upsertRefusals are the rows of an upsert that the database refused.
type upsertRefusals struct {
	conflicts []*entocc.RecordModifiedError
	late      []*entocc.NotNewerError
	// indexes are the positions of the rows among all, and errs their errors as the hooks of the builders returned
	// them.
	indexes []int
	errs    []error
}

// add adds a row that was refused. It ignores errors of another kind.
func (f *upsertRefusals) add(i int, r *upsertRow) {
	var modified *entocc.RecordModifiedError
	var late *entocc.NotNewerError
	told := r.own
	switch {
	case errors.As(r.own, &modified):
		f.conflicts = append(f.conflicts, modified)
		if entocc.IsRecordModified(r.err) {
			told = r.err
		}
	case errors.As(r.own, &late):
		f.late = append(f.late, late)
		if entocc.IsNotNewer(r.err) {
			told = r.err
		}
	default:
		return
	}
	f.indexes, f.errs = append(f.indexes, i), append(f.errs, told)
}

func (f *upsertRefusals) len() int { return len(f.indexes) }

// blamed reports whether the failure of an upsert is the conflict of one of its rows.
func (f *upsertRefusals) blamed(failure error) bool {
	for _, c := range f.conflicts {
		var modified *entocc.RecordModifiedError
		if errors.As(failure, &modified) && modified == c {
			return true
		}
	}
	return false
}

// err returns the error that lists the rows, or nil if there are none.
func (f *upsertRefusals) err(total, written int) error {
	switch {
	case len(f.conflicts) > 0:
		e := entocc.NewBulkModifiedError(f.conflicts, f.errs, total, written)
		e.Indexes = f.indexes
		return e
	case len(f.late) > 0:
		return entocc.NewBulkNotNewerError(f.late, f.indexes, f.errs, total, written)
	}
	return nil
}
