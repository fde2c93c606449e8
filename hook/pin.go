package hook

import (
	"context"

	"entgo.io/ent/dialect"

	"github.com/entocc/entocc/internal/session"
)

// Pinner is a custom driver that can send several statements on one connection, without a transaction that it begins
// itself. ent's driver needs no such method. A save on MariaDB is one statement and its COMMIT by drivers that can, and
// four statements in a transaction of the driver's by all others.
//
//	func (d *tracing) Pin(ctx context.Context) (hook.Pinned, error) {
//		conn, err := hook.Pin(ctx, d.Driver)
//		if conn == nil {
//			return nil, err
//		}
//		return &tracedConn{conn}, nil
//	}
type Pinner = session.Pinner

// Pinned is one connection of a driver.
type Pinned = session.Pinned

// Pin returns a connection of a driver: ent's, or a [Pinner]. It returns nil for all others, and for a context with
// session variables (ent's sql.WithVar), which ent sets in its own way.
func Pin(ctx context.Context, drv dialect.Driver) (Pinned, error) { return session.Pin(ctx, drv) }
