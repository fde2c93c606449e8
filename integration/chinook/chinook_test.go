// Package chinook_test adopts a database that is older than entocc: it has years of rows, names and types that are not
// ent's, and no version column. It is the Chinook sample database, a music shop, with the schemas and the client of
// examples/adopt.
package chinook_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/examples/adopt/ent"
	"github.com/entocc/entocc/examples/adopt/ent/invoice"
	"github.com/entocc/entocc/examples/adopt/ent/invoiceline"
	"github.com/entocc/entocc/examples/adopt/ent/playlisttrack"
)

// migrations are the two ways to give old tables their version column.
var migrations = map[string]func(t *testing.T, db *chinook){
	"auto-migration":  autoMigrate,
	"migration files": fileMigrate,
}

// onEachMigrated runs a test on a fresh copy in every database, migrated in each of the two ways.
func onEachMigrated(t *testing.T, test func(t *testing.T, db *chinook)) {
	for name, migrate := range migrations {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, db *chinook) {
				migrate(t, db)
				test(t, db)
			})
		})
	}
}

func TestMigration_AddsTheVersionAndNothingElse(t *testing.T) {
	for name, migrate := range migrations {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, db *chinook) {
				before := take(t, db, nil)
				migrate(t, db)
				after := take(t, db, before.columns)

				requireSameContent(t, before, after)
				requireVersionOne(t, db, before.rows)
				require.Subset(t, after.catalog, before.catalog, "a column, key or index has changed")
				require.Len(t, after.catalog, len(before.catalog)+len(tables), "more than the version was added")
			})
		})
	}
}

// Without occmigrate.AddColumnsOnly ent's auto-migration changes more of the tables than anyone asked for, but no row.
func TestMigration_OfEntAloneKeepsEveryRow(t *testing.T) {
	onEach(t, func(t *testing.T, db *chinook) {
		before := take(t, db, nil)
		require.NoError(t, db.client().Schema.Create(t.Context()))
		requireSameContent(t, before, take(t, db, before.columns))
		requireVersionOne(t, db, before.rows)
	})
}

func TestMigration_IsDoneAfterTheFirstTime(t *testing.T) {
	onEachMigrated(t, func(t *testing.T, db *chinook) {
		before := take(t, db, nil)
		autoMigrate(t, db)
		require.Equal(t, before, take(t, db, nil))
	})
}

func TestTwoEditorsOfOneCustomer_Collide(t *testing.T) {
	onEachMigrated(t, func(t *testing.T, db *chinook) {
		client, ctx := db.client(), t.Context()
		a := client.Customer.GetX(ctx, 1)
		b := client.Customer.GetX(ctx, 1)

		saved, err := a.Update().SetCity("Campinas").Save(ctx)
		require.NoError(t, err)
		require.EqualValues(t, 2, saved.Version)

		_, err = b.Update().SetCity("Santos").SetPostalCode("11010-000").Save(ctx)
		require.True(t, ent.IsRecordModified(err), "%v", err)
		require.False(t, ent.IsNotFound(err))
		require.Equal(t, saved.String(), client.Customer.GetX(ctx, 1).String())

		_, err = client.Customer.UpdateOneID(1).IfVersion(saved.Version).SetCity("Santos").Save(ctx)
		require.NoError(t, err)
	})
}

func TestTwoEditorsOfOnePlaylist_CollideByItsTracks(t *testing.T) {
	onEachMigrated(t, func(t *testing.T, db *chinook) {
		client, ctx := db.client(), t.Context()
		const grunge = 16
		a := client.Playlist.GetX(ctx, grunge)
		b := client.Playlist.GetX(ctx, grunge)
		before := a.QueryTracks().CountX(ctx)

		a.Update().AddTrackIDs(1, 2).ExecX(ctx)
		err := b.Update().AddTrackIDs(3).Exec(ctx)
		require.True(t, ent.IsRecordModified(err), "%v", err)
		require.Equal(t, before+2, a.QueryTracks().CountX(ctx))
		require.EqualValues(t, 2, client.Playlist.GetX(ctx, grunge).Version)

		added := client.PlaylistTrack.Query().
			Where(playlisttrack.PlaylistId(grunge), playlisttrack.TrackIdIn(1, 2)).AllX(ctx)
		require.Len(t, added, 2)
		require.EqualValues(t, 1, added[0].Version)
	})
}

func TestNewRows_AreGuardedLikeTheOldOnes(t *testing.T) {
	onEachMigrated(t, func(t *testing.T, db *chinook) {
		client, ctx := db.client(), t.Context()
		boss := client.Employee.GetX(ctx, 1)
		clerk := client.Employee.Create().SetFirstName("Ada").SetLastName("King").SetManager(boss).SaveX(ctx)
		require.EqualValues(t, 1, clerk.Version)
		require.Equal(t, boss.ID, clerk.QueryManager().OnlyIDX(ctx))

		clerk.Update().SetTitle("Sales Support Agent").ExecX(ctx)
		err := clerk.Update().ClearManager().Exec(ctx)
		require.True(t, ent.IsRecordModified(err), "%v", err)
	})
}

// Eight editors change one invoice and its lines at once, each until all of its changes are saved.
func TestInvoiceWithItsLines_EditedByMany_LosesNothing(t *testing.T) {
	const (
		id      = 5 // an invoice of fourteen lines
		editors = 8
		edits   = 5
	)
	onEachMigrated(t, func(t *testing.T, db *chinook) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		client := db.client()
		before, pieces := load(t, client, id)

		var wg sync.WaitGroup
		failures := make(chan error, editors)
		for editor := range editors {
			wg.Go(func() {
				for range edits {
					if err := addPiece(ctx, client, id, editor); err != nil {
						failures <- fmt.Errorf("editor %d: %w", editor, err)
						return
					}
				}
			})
		}
		wg.Wait()
		close(failures)
		for err := range failures {
			require.NoError(t, err)
		}

		after, now := load(t, client, id)
		require.Equal(t, pieces+editors*edits, now)
		require.EqualValues(t, 1+editors*edits, after.Version)
		for i, line := range after.Edges.Lines {
			added := line.Quantity - before.Edges.Lines[i].Quantity
			require.EqualValues(t, 1+added, line.Version, "line %d", line.ID)
		}
		require.Empty(t, db.lines(t, oldQueries["invoices that their lines do not add up to"]))
	})
}

// query asks for one invoice and its lines, which are always in the same order.
func query(client *ent.Client, id int) *ent.InvoiceQuery {
	return client.Invoice.Query().Where(invoice.ID(id)).WithLines(func(q *ent.InvoiceLineQuery) {
		q.Order(invoiceline.ByID())
	})
}

// load returns an invoice with its lines and the number of pieces that were sold on it.
func load(t *testing.T, client *ent.Client, id int) (found *ent.Invoice, pieces int) {
	t.Helper()
	found, err := query(client, id).Only(t.Context())
	require.NoError(t, err)
	for _, line := range found.Edges.Lines {
		pieces += line.Quantity
	}
	return found, pieces
}

// addPiece loads the invoice, adds one piece to one of its lines and the price to the total, and starts over while
// another editor is faster.
func addPiece(ctx context.Context, client *ent.Client, id, editor int) error {
	for {
		found, err := query(client, id).Only(ctx)
		if err != nil {
			return err
		}
		err = saveWithPiece(ctx, client, found, found.Edges.Lines[editor%len(found.Edges.Lines)])
		if !ent.IsRecordModified(err) && !entocc.IsRetryable(err) || ctx.Err() != nil {
			return err
		}
	}
}

// saveWithPiece writes both rows in one transaction, each guarded by its own version.
func saveWithPiece(ctx context.Context, client *ent.Client, inv *ent.Invoice, line *ent.InvoiceLine) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return err
	}
	err = tx.Invoice.UpdateOne(inv).SetTotal(inv.Total + line.UnitPrice).Exec(ctx)
	if err == nil {
		err = tx.InvoiceLine.UpdateOne(line).SetQuantity(line.Quantity + 1).Exec(ctx)
	}
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// requireSameContent compares rows, and the answers that old programs get.
func requireSameContent(t *testing.T, before, after snapshot) {
	t.Helper()
	require.Equal(t, before.rows, after.rows)
	require.Equal(t, before.sums, after.sums)
	require.Equal(t, before.answers, after.answers)
}

// requireVersionOne requires every row of every table to be at version 1.
func requireVersionOne(t *testing.T, db *chinook, rows map[string]int) {
	t.Helper()
	for _, table := range tables {
		query := fmt.Sprintf(`SELECT COUNT(*) FROM "%s" WHERE "version" = 1`, table)
		require.Equal(t, []string{fmt.Sprintf("%q", fmt.Sprint(rows[table]))}, db.lines(t, query), table)
	}
}
