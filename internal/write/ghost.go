package write

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"github.com/entocc/entocc/internal/session"
	"github.com/entocc/entocc/internal/version"
)

// refuseFate refuses a write from an entity whose version does not exist outside its transaction. drv is the driver
// that the write goes through, if it is already known.
func refuseFate(s *version.Schema, op ent.Op, f *session.Fate, id, version any, drv dialect.Driver) error {
	switch is, cause := f.Standing(drv); is {
	case session.Elsewhere:
		return s.Errorf(op, nil, "version %v of the entity %v was written by a transaction that has not been committed. "+
			"Write in that transaction, or commit it first", version, id)
	case session.Undone:
		return s.Errorf(op, cause, "version %v of the entity %v never existed, because the transaction that wrote it was rolled back. "+
			"Read the entity again, or write from the one that was read before", version, id)
	case session.Doubtful:
		return s.Errorf(op, cause, "version %v of the entity %v was written by a transaction whose commit may or may not have been "+
			"applied, as its response was lost. Read the entity again", version, id)
	default:
		return nil
	}
}
