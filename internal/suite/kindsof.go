package suite

import (
	"context"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/google/uuid"
)

func kindScenarios() []scenario {
	return []scenario{
		{name: "Kinds/TimeVersion", run: func(s *Scene) { eventKind(s).Run(s.T) }},
		{name: "Kinds/TokenVersion", run: func(s *Scene) { documentKind(s).Run(s.T) }},
	}
}

// endsOrWaits reports whether a transaction can't see that others changed a row that it has read: it is ended first, or
// the others wait for it.
func (s *Scene) endsOrWaits() bool {
	t := s.db.Traits
	return t.ConflictEndsTx || t.ReadsLock || t.OneWriter || t.Nodes
}

func beginKind(ctx context.Context, c *ent.Client) (in *ent.Client, commit, rollback func() error, err error) {
	tx, err := c.Tx(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	return tx.Client(), tx.Commit, tx.Rollback, nil
}

// eventKind is an Event, which has a TimeVersion.
func eventKind(s *Scene) Kind[*ent.Client, *ent.Event, int64, *ent.EventUpdateOne] {
	return Kind[*ent.Client, *ent.Event, int64, *ent.EventUpdateOne]{
		Client: s.Client,
		Ends:   s.endsOrWaits(),
		Create: func(ctx context.Context, c *ent.Client, key, text string) (*ent.Event, error) {
			return c.Event.Create().SetSource(key).SetName(text).Save(ctx)
		},
		Load: func(ctx context.Context, c *ent.Client, of *ent.Event) (*ent.Event, error) {
			return c.Event.Get(ctx, of.ID)
		},
		Text:    func(of *ent.Event) string { return of.Name },
		Version: func(of *ent.Event) int64 { return of.Version },
		Update: func(c *ent.Client, of *ent.Event, text string) *ent.EventUpdateOne {
			return c.Event.UpdateOne(of).SetName(text)
		},
		UpdateID: func(c *ent.Client, of *ent.Event, text string) *ent.EventUpdateOne {
			return c.Event.UpdateOneID(of.ID).SetName(text)
		},
		Delete: func(ctx context.Context, c *ent.Client, of *ent.Event) error { return c.Event.DeleteOne(of).Exec(ctx) },
		DeleteIf: func(ctx context.Context, c *ent.Client, of *ent.Event, version int64) error {
			return c.Event.DeleteOneID(of.ID).IfVersion(version).Exec(ctx)
		},
		Where: func(ctx context.Context, c *ent.Client, of *ent.Event, version *int64, text string) (int, error) {
			u := c.Event.Update().Where(event.ID(of.ID)).SetName(text)
			if version != nil {
				u.IfVersion(*version)
			}
			return u.Save(ctx)
		},
		Many: func(ctx context.Context, c *ent.Client, skip bool, updates ...*ent.EventUpdateOne) ([]*ent.Event, error) {
			bulk := c.Event.UpdateBulk(updates...)
			if skip {
				bulk.SkipModified()
			}
			return bulk.Save(ctx)
		},
		DeleteMany: func(ctx context.Context, c *ent.Client, of ...*ent.Event) (int, error) {
			return c.Event.DeleteBulk(of...).Exec(ctx)
		},
		Upsert: func(ctx context.Context, c *ent.Client, text string, keys []string, versions []int64) error {
			create := func(key string) *ent.EventCreate { return c.Event.Create().SetSource(key).SetName(text) }
			if len(keys) == 1 {
				one := create(keys[0]).OnConflictColumns(event.FieldSource).UpdateNewValues()
				if versions != nil {
					one.IfVersion(versions[0])
				}
				return one.Exec(ctx)
			}
			builders := make([]*ent.EventCreate, len(keys))
			for i, key := range keys {
				builders[i] = create(key)
			}
			return c.Event.CreateBulk(builders...).OnConflictColumns(event.FieldSource).UpdateNewValues().IfVersion(versions...).Exec(ctx)
		},
		Modified: func(ctx context.Context, of *ent.Event) (bool, error) { return of.IsModified(ctx) },
		Get: func(ctx context.Context, c *ent.Client, of *ent.Event, version int64) (*ent.Event, error) {
			return c.Event.GetVersion(ctx, of.ID, version)
		},
		Modify: func(ctx context.Context, c *ent.Client, of *ent.Event, change func(string) string) (*ent.Event, error) {
			return c.Event.Modify(ctx, of.ID, func(now *ent.Event, u *ent.EventUpdateOne) error {
				u.SetName(change(now.Name))
				return nil
			}, entocc.Attempts(0))
		},
		Verify: func(c *ent.Client, of *ent.Event) error { return c.Event.VerifyOnCommit(of) },
		Tx:     beginKind,
	}
}

// documentKind is a Document, which has a TokenVersion.
func documentKind(s *Scene) Kind[*ent.Client, *ent.Document, uuid.UUID, *ent.DocumentUpdateOne] {
	return Kind[*ent.Client, *ent.Document, uuid.UUID, *ent.DocumentUpdateOne]{
		Client: s.Client,
		Ends:   s.endsOrWaits(),
		Create: func(ctx context.Context, c *ent.Client, key, text string) (*ent.Document, error) {
			return c.Document.Create().SetID(uuid.MustParse(key)).SetTitle(text).Save(ctx)
		},
		Load: func(ctx context.Context, c *ent.Client, of *ent.Document) (*ent.Document, error) {
			return c.Document.Get(ctx, of.ID)
		},
		Text:    func(of *ent.Document) string { return of.Title },
		Version: func(of *ent.Document) uuid.UUID { return of.Version },
		Update: func(c *ent.Client, of *ent.Document, text string) *ent.DocumentUpdateOne {
			return c.Document.UpdateOne(of).SetTitle(text)
		},
		UpdateID: func(c *ent.Client, of *ent.Document, text string) *ent.DocumentUpdateOne {
			return c.Document.UpdateOneID(of.ID).SetTitle(text)
		},
		Delete: func(ctx context.Context, c *ent.Client, of *ent.Document) error {
			return c.Document.DeleteOne(of).Exec(ctx)
		},
		DeleteIf: func(ctx context.Context, c *ent.Client, of *ent.Document, version uuid.UUID) error {
			return c.Document.DeleteOneID(of.ID).IfVersion(version).Exec(ctx)
		},
		Where: func(ctx context.Context, c *ent.Client, of *ent.Document, version *uuid.UUID, text string) (int, error) {
			u := c.Document.Update().Where(document.ID(of.ID)).SetTitle(text)
			if version != nil {
				u.IfVersion(*version)
			}
			return u.Save(ctx)
		},
		Many: func(ctx context.Context, c *ent.Client, skip bool, updates ...*ent.DocumentUpdateOne) ([]*ent.Document, error) {
			bulk := c.Document.UpdateBulk(updates...)
			if skip {
				bulk.SkipModified()
			}
			return bulk.Save(ctx)
		},
		DeleteMany: func(ctx context.Context, c *ent.Client, of ...*ent.Document) (int, error) {
			return c.Document.DeleteBulk(of...).Exec(ctx)
		},
		Upsert: func(ctx context.Context, c *ent.Client, text string, keys []string, versions []uuid.UUID) error {
			create := func(key string) *ent.DocumentCreate {
				return c.Document.Create().SetID(uuid.MustParse(key)).SetTitle(text)
			}
			if len(keys) == 1 {
				one := create(keys[0]).OnConflictColumns(document.FieldID).UpdateNewValues()
				if versions != nil {
					one.IfVersion(versions[0])
				}
				return one.Exec(ctx)
			}
			builders := make([]*ent.DocumentCreate, len(keys))
			for i, key := range keys {
				builders[i] = create(key)
			}
			return c.Document.CreateBulk(builders...).OnConflictColumns(document.FieldID).UpdateNewValues().IfVersion(versions...).Exec(ctx)
		},
		Modified: func(ctx context.Context, of *ent.Document) (bool, error) { return of.IsModified(ctx) },
		Get: func(ctx context.Context, c *ent.Client, of *ent.Document, version uuid.UUID) (*ent.Document, error) {
			return c.Document.GetVersion(ctx, of.ID, version)
		},
		Modify: func(ctx context.Context, c *ent.Client, of *ent.Document, change func(string) string) (*ent.Document, error) {
			return c.Document.Modify(ctx, of.ID, func(now *ent.Document, u *ent.DocumentUpdateOne) error {
				u.SetTitle(change(now.Title))
				return nil
			}, entocc.Attempts(0))
		},
		Verify: func(c *ent.Client, of *ent.Document) error { return c.Document.VerifyOnCommit(of) },
		Tx:     beginKind,
	}
}
