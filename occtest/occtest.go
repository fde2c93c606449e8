// Package occtest is a conformance kit: it checks on a user's own schema and database that stale writes are refused.
//
//	func TestUser_IsGuarded(t *testing.T) {
//		client := enttest.Open(t, dialect.SQLite, dsn)
//		occtest.Run(t, client.User, occtest.Case[ent.User, *ent.UserUpdateOne]{
//			Create: func(ctx context.Context) (*ent.User, error) { return client.User.Create().SetName("a").Save(ctx) },
//			Change: func(u *ent.UserUpdateOne) { u.SetName("b") },
//		})
//	}
package occtest

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"github.com/entocc/entocc"
)

// Client is a generated client of one type: its entity T, its builders U and D, and its ID.
type Client[T, U, D, ID any] interface {
	Get(context.Context, ID) (*T, error)
	UpdateOne(*T) U
	UpdateOneID(ID) U
	DeleteOne(*T) D
	DeleteOneID(ID) D
}

// Updater is a generated builder that updates one entity.
type Updater[T any] interface {
	Save(context.Context) (*T, error)
}

// Deleter is a generated builder that deletes one entity.
type Deleter interface {
	Exec(context.Context) error
}

// Case is what the kit has to know about a type.
type Case[T any, U Updater[T]] struct {
	// Create makes a new row. It is called several times, so unique fields must differ.
	Create func(context.Context) (*T, error)
	// Change changes a field that bumps the version.
	Change func(U)
	// AllowBlind says that the schema's mixin lets writes by ID through.
	AllowBlind bool
	// Context is the context of all calls, with a viewer for privacy rules; t.Context() if nil.
	Context context.Context //nolint:containedctx // a test's context, as testing.T has one
}

// Run checks that a stale save and a stale delete are refused and change nothing, that a save bumps the version, that a
// row which is gone is reported as such, and that writes by ID are refused. Rows that it creates are deleted again.
func Run[T any, U Updater[T], D Deleter, ID any](t *testing.T, client Client[T, U, D, ID], c Case[T, U]) {
	t.Helper()
	ctx := c.Context
	if ctx == nil {
		ctx = t.Context()
	}
	k := &kit[T, U, D, ID]{client, c, ctx}
	t.Run("stale save is refused", k.staleSave)
	t.Run("save bumps", k.bump)
	t.Run("stale delete is refused", k.staleDelete)
	t.Run("row that is gone is reported", k.gone)
	t.Run("write by ID", k.byID)
}

type kit[T any, U Updater[T], D Deleter, ID any] struct {
	client Client[T, U, D, ID]
	c      Case[T, U]
	ctx    context.Context //nolint:containedctx // see Case
}

// create makes a row for one check. Its most common error is a missing import.
func (k *kit[T, U, D, ID]) create(t *testing.T) (*T, ID) {
	t.Helper()
	entity, err := k.c.Create(k.ctx)
	if err != nil {
		t.Fatalf("Create: %v (an uninitialized hook means that the program does not import its ent/runtime package)", err)
	}
	id, ok := reflect.ValueOf(entity).Elem().FieldByName("ID").Interface().(ID)
	if !ok {
		t.Fatalf("%T has no ID of the client's type", entity)
	}
	t.Cleanup(func() {
		if current, err := k.client.Get(context.WithoutCancel(k.ctx), id); err == nil {
			_ = k.client.DeleteOne(current).Exec(context.WithoutCancel(k.ctx))
		}
	})
	return entity, id
}

func (k *kit[T, U, D, ID]) save(entity *T) (*T, error) {
	update := k.client.UpdateOne(entity)
	k.c.Change(update)
	return update.Save(k.ctx)
}

func (k *kit[T, U, D, ID]) get(t *testing.T, id ID) *T {
	t.Helper()
	entity, err := k.client.Get(k.ctx, id)
	if err != nil {
		t.Fatalf("Get(%v): %v", id, err)
	}
	return entity
}

func (k *kit[T, U, D, ID]) staleSave(t *testing.T) {
	_, id := k.create(t)
	a, b := k.get(t, id), k.get(t, id)
	if _, err := k.save(a); err != nil {
		t.Fatalf("save of a fresh entity: %v", err)
	}
	saved := k.get(t, id)
	if _, err := k.save(b); !entocc.IsRecordModified(err) {
		t.Fatalf("save of a stale entity answered %v, want a RecordModifiedError: is the mixin in the schema, and the code generated again?", err)
	}
	if modified, err := isModified(k.ctx, saved); err != nil || modified {
		t.Fatalf("the refused save changed the row (IsModified: %v, %v)", modified, err)
	}
}

func (k *kit[T, U, D, ID]) bump(t *testing.T) {
	old, _ := k.create(t)
	saved, err := k.save(old)
	if err != nil {
		t.Fatalf("save of a new entity: %v", err)
	}
	if modified, err := isModified(k.ctx, saved); err != nil || modified {
		t.Errorf("the saved entity is not the row (IsModified: %v, %v)", modified, err)
	}
	if modified, err := isModified(k.ctx, old); err != nil || !modified {
		t.Errorf("the save did not change the version (IsModified of the old entity: %v, %v): does Change set a field that counts?", modified, err)
	}
	if _, err := k.save(saved); err != nil {
		t.Errorf("save of what Save returned: %v", err)
	}
}

func (k *kit[T, U, D, ID]) staleDelete(t *testing.T) {
	stale, id := k.create(t)
	if _, err := k.save(k.get(t, id)); err != nil {
		t.Fatalf("save of a fresh entity: %v", err)
	}
	if err := k.client.DeleteOne(stale).Exec(k.ctx); !entocc.IsRecordModified(err) {
		t.Fatalf("delete of a stale entity answered %v, want a RecordModifiedError", err)
	}
	k.get(t, id)
}

func (k *kit[T, U, D, ID]) gone(t *testing.T) {
	entity, id := k.create(t)
	if err := k.client.DeleteOne(k.get(t, id)).Exec(k.ctx); err != nil {
		t.Fatalf("delete of a fresh entity: %v", err)
	}
	_, err := k.save(entity)
	var modified *entocc.RecordModifiedError
	if !errors.As(err, &modified) {
		t.Fatalf("save of a row that is gone answered %v, want a RecordModifiedError", err)
	}
}

func (k *kit[T, U, D, ID]) byID(t *testing.T) {
	_, id := k.create(t)
	update := k.client.UpdateOneID(id)
	k.c.Change(update)
	_, err := update.Save(k.ctx)
	if k.c.AllowBlind {
		if err != nil {
			t.Errorf("update by ID with AllowBlind: %v", err)
		}
		return
	}
	if !entocc.IsVersionError(err) {
		t.Errorf("update by ID answered %v, want a VersionError (if the schema's mixin has AllowBlind, the Case must say so, too)", err)
	}
	if err := k.client.DeleteOneID(id).Exec(k.ctx); !entocc.IsVersionError(err) {
		t.Errorf("delete by ID answered %v, want a VersionError", err)
	}
	k.get(t, id)
}

// isModified calls the generated method.
func isModified(ctx context.Context, entity any) (bool, error) {
	e, ok := entity.(interface {
		IsModified(context.Context) (bool, error)
	})
	if !ok {
		return false, errors.New("the entity has no method IsModified: generate the code with the extension of github.com/entocc/entocc/entc")
	}
	return e.IsModified(ctx)
}
