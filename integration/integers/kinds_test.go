package integers_test

import (
	"context"
	"math"

	"github.com/entocc/entocc/integration/integers/ent"
)

type integer interface {
	int | int8 | int16 | int32 | uint | uint8 | uint16 | uint32 | uint64
}

// kind is a type guarded by one kind of integer, without its Go types.
type kind struct {
	name    string
	largest int64
	// create creates a row at a version, and load loads it.
	create func(ctx context.Context, rev int64) (row, error)
	load   func(ctx context.Context, id int) (row, error)
	// all updates all rows by one statement, and batch saves two.
	all   func(ctx context.Context) (int, error)
	batch func(ctx context.Context, a, b row) error
}

// row is an entity.
type row struct {
	id     int
	rev    int64
	title  string
	entity any
	save   func(ctx context.Context, title string) (row, error)
	// ifVersion saves by ID.
	ifVersion func(ctx context.Context, rev int64) error
	delete    func(ctx context.Context) error
	modified  func(ctx context.Context) (bool, error)
}

type creator[C, E any, T integer] interface {
	SetTitle(title string) C
	SetRev(rev T) C
	Save(ctx context.Context) (*E, error)
}

type updater[U, E any, T integer] interface {
	SetTitle(title string) U
	IfVersion(rev T) U
	Save(ctx context.Context) (*E, error)
	Exec(ctx context.Context) error
}

// calls are the calls of one type's client.
type calls[T integer, E, C, U any] struct {
	create func() C
	update func(*E) U
	byID   func(id int) U
	get    func(ctx context.Context, id int) (*E, error)
	fields func(*E) (id int, rev T, title string)
	all    func(ctx context.Context) (int, error)
	batch  func(ctx context.Context, a, b U) ([]*E, error)
	delete func(ctx context.Context, e *E) error
	is     func(ctx context.Context, e *E) (bool, error)
}

func newKind[T integer, E any, C creator[C, E, T], U updater[U, E, T]](name string, largest int64, c calls[T, E, C, U]) kind {
	var wrap func(e *E, err error) (row, error)
	wrap = func(e *E, err error) (row, error) {
		if err != nil {
			return row{}, err
		}
		id, rev, title := c.fields(e)
		return row{
			id: id, rev: int64(rev), title: title, entity: e,
			save: func(ctx context.Context, title string) (row, error) {
				return wrap(c.update(e).SetTitle(title).Save(ctx))
			},
			ifVersion: func(ctx context.Context, rev int64) error {
				return c.byID(id).IfVersion(T(rev)).SetTitle("by ID").Exec(ctx)
			},
			delete:   func(ctx context.Context) error { return c.delete(ctx, e) },
			modified: func(ctx context.Context) (bool, error) { return c.is(ctx, e) },
		}, nil
	}
	return kind{
		name: name, largest: largest, all: c.all,
		create: func(ctx context.Context, rev int64) (row, error) {
			return wrap(c.create().SetTitle("before").SetRev(T(rev)).Save(ctx))
		},
		load: func(ctx context.Context, id int) (row, error) { return wrap(c.get(ctx, id)) },
		batch: func(ctx context.Context, a, b row) error {
			_, err := c.batch(ctx, c.update(a.entity.(*E)).SetTitle("batch"), c.update(b.entity.(*E)).SetTitle("batch"))
			return err
		},
	}
}

// kinds are the types of a client.
func kinds(client *ent.Client) []kind {
	return []kind{
		newKind("Plain", math.MaxInt64, calls[int, ent.Plain, *ent.PlainCreate, *ent.PlainUpdateOne]{
			create: client.Plain.Create, update: client.Plain.UpdateOne, byID: client.Plain.UpdateOneID, get: client.Plain.Get,
			fields: func(e *ent.Plain) (int, int, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Plain.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.PlainUpdateOne) ([]*ent.Plain, error) {
				return client.Plain.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Plain) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Plain) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Tiny", math.MaxInt8, calls[int8, ent.Tiny, *ent.TinyCreate, *ent.TinyUpdateOne]{
			create: client.Tiny.Create, update: client.Tiny.UpdateOne, byID: client.Tiny.UpdateOneID, get: client.Tiny.Get,
			fields: func(e *ent.Tiny) (int, int8, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Tiny.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.TinyUpdateOne) ([]*ent.Tiny, error) {
				return client.Tiny.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Tiny) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Tiny) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Short", math.MaxInt16, calls[int16, ent.Short, *ent.ShortCreate, *ent.ShortUpdateOne]{
			create: client.Short.Create, update: client.Short.UpdateOne, byID: client.Short.UpdateOneID, get: client.Short.Get,
			fields: func(e *ent.Short) (int, int16, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Short.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.ShortUpdateOne) ([]*ent.Short, error) {
				return client.Short.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Short) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Short) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Medium", math.MaxInt32, calls[int32, ent.Medium, *ent.MediumCreate, *ent.MediumUpdateOne]{
			create: client.Medium.Create, update: client.Medium.UpdateOne, byID: client.Medium.UpdateOneID, get: client.Medium.Get,
			fields: func(e *ent.Medium) (int, int32, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Medium.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.MediumUpdateOne) ([]*ent.Medium, error) {
				return client.Medium.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Medium) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Medium) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Bare", math.MaxInt64, calls[uint, ent.Bare, *ent.BareCreate, *ent.BareUpdateOne]{
			create: client.Bare.Create, update: client.Bare.UpdateOne, byID: client.Bare.UpdateOneID, get: client.Bare.Get,
			fields: func(e *ent.Bare) (int, uint, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Bare.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.BareUpdateOne) ([]*ent.Bare, error) {
				return client.Bare.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Bare) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Bare) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Small", math.MaxUint8, calls[uint8, ent.Small, *ent.SmallCreate, *ent.SmallUpdateOne]{
			create: client.Small.Create, update: client.Small.UpdateOne, byID: client.Small.UpdateOneID, get: client.Small.Get,
			fields: func(e *ent.Small) (int, uint8, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Small.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.SmallUpdateOne) ([]*ent.Small, error) {
				return client.Small.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Small) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Small) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Double", math.MaxUint16, calls[uint16, ent.Double, *ent.DoubleCreate, *ent.DoubleUpdateOne]{
			create: client.Double.Create, update: client.Double.UpdateOne, byID: client.Double.UpdateOneID, get: client.Double.Get,
			fields: func(e *ent.Double) (int, uint16, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Double.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.DoubleUpdateOne) ([]*ent.Double, error) {
				return client.Double.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Double) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Double) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Quad", math.MaxUint32, calls[uint32, ent.Quad, *ent.QuadCreate, *ent.QuadUpdateOne]{
			create: client.Quad.Create, update: client.Quad.UpdateOne, byID: client.Quad.UpdateOneID, get: client.Quad.Get,
			fields: func(e *ent.Quad) (int, uint32, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Quad.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.QuadUpdateOne) ([]*ent.Quad, error) {
				return client.Quad.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Quad) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Quad) (bool, error) { return e.IsModified(ctx) },
		}),
		newKind("Huge", math.MaxInt64, calls[uint64, ent.Huge, *ent.HugeCreate, *ent.HugeUpdateOne]{
			create: client.Huge.Create, update: client.Huge.UpdateOne, byID: client.Huge.UpdateOneID, get: client.Huge.Get,
			fields: func(e *ent.Huge) (int, uint64, string) { return e.ID, e.Rev, e.Title },
			all:    func(ctx context.Context) (int, error) { return client.Huge.Update().SetTitle("all").Save(ctx) },
			batch: func(ctx context.Context, a, b *ent.HugeUpdateOne) ([]*ent.Huge, error) {
				return client.Huge.UpdateBulk(a, b).Save(ctx)
			},
			delete: func(ctx context.Context, e *ent.Huge) error { return e.Delete().Exec(ctx) },
			is:     func(ctx context.Context, e *ent.Huge) (bool, error) { return e.IsModified(ctx) },
		}),
	}
}
