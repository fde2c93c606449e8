package suite

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/entocc/entocc"
	"github.com/google/uuid"
)

// Kind is a type of a generated client whose version is of some kind, for the scenarios that every kind must pass. They
// call generated methods by name: each type has the same ones, with its own Go types.
type Kind struct {
	// Client makes a client with these hooks: a *ent.Client of any package.
	Client func(hooks ...entgo.Hook) any
	// Type is the name of the type.
	Type string
	// Text and Other are fields that hold a string. Rows of the same Key clash: a field with a string too, or "id".
	Text, Other, Key string
	// Version is the column of the version, by which ent knows its field.
	Version string
	// Child is a type that has a text, and the edge Edge to this one, which it touches; "" if there is none.
	Child, Edge string
	// NoNewer says that upserts have no IfNewer: versions have no order, or the program does not choose them.
	NoNewer bool
	// Ends says that a conflict with what a transaction has read ends the transaction.
	Ends bool
}

// kindClient is a generated client, and its part that is the type's.
type kindClient struct {
	Kind
	root, own reflect.Value
}

// open makes a client with these hooks.
func (k Kind) open(hooks ...entgo.Hook) kindClient { return k.of(reflect.ValueOf(k.Client(hooks...))) }

func (k Kind) of(root reflect.Value) kindClient {
	return kindClient{Kind: k, root: root, own: root.Elem().FieldByName(k.Type)}
}

// text returns the text of an entity.
func (k Kind) text(of entocc.Versioned) string { return k.stored(of, k.Text) }

// stored returns what an entity has in a field.
func (k Kind) stored(of entocc.Versioned, field string) string {
	return reflect.Indirect(reflect.ValueOf(of).Elem().FieldByName(strings.ToUpper(field[:1]) + field[1:])).String()
}

// isText and isRow are predicates.
func (k Kind) isText(text string) func(*sql.Selector) { return sql.FieldEQ(k.Text, text) }

func isRow(of entocc.Versioned) func(*sql.Selector) { return sql.FieldEQ("id", of.VersionKey().ID) }

// invoke calls a method with arguments that are convertible to the types it takes.
func invoke(of reflect.Value, method string, args ...any) []reflect.Value {
	m := of.MethodByName(method)
	if !m.IsValid() {
		panic(fmt.Sprintf("%s has no %s", of.Type(), method))
	}
	in := make([]reflect.Value, len(args))
	for i, arg := range args {
		in[i] = reflect.ValueOf(arg).Convert(parameter(m.Type(), i))
	}
	return m.Call(in)
}

func parameter(of reflect.Type, i int) reflect.Type {
	if last := of.NumIn() - 1; of.IsVariadic() && i >= last {
		return of.In(last).Elem()
	}
	return of.In(i)
}

// returned is what a method has returned: a value and an error.
func returned[T any](out []reflect.Value) (v T, err error) {
	v, _ = out[0].Interface().(T)
	return v, failure(out)
}

// failure is the error that a method has returned last.
func failure(out []reflect.Value) error {
	err, _ := out[len(out)-1].Interface().(error)
	return err
}

// anys returns arguments as invoke takes them.
func anys[T any](of []T) []any {
	args := make([]any, len(of))
	for i, v := range of {
		args[i] = v
	}
	return args
}

func (c kindClient) build(method string, args ...any) kindBuilder {
	return kindBuilder{Kind: c.Kind, b: invoke(c.own, method, args...)[0]}
}

// update, updateID, updateAll, remove, removeID and removeAll are the builders of writes. An update sets the text.
func (c kindClient) update(of entocc.Versioned, text string) kindBuilder {
	return c.build("UpdateOne", of).set(c.Text, text)
}

func (c kindClient) updateID(of entocc.Versioned, text string) kindBuilder {
	return c.build("UpdateOneID", of.VersionKey().ID).set(c.Text, text)
}

func (c kindClient) updateAll(where func(*sql.Selector), text string) kindBuilder {
	return c.build("Update").where(where).set(c.Text, text)
}

func (c kindClient) remove(of entocc.Versioned) kindBuilder { return c.build("DeleteOne", of) }

func (c kindClient) removeID(of entocc.Versioned) kindBuilder {
	return c.build("DeleteOneID", of.VersionKey().ID)
}

func (c kindClient) removeAll(where func(*sql.Selector)) kindBuilder {
	return c.build("Delete").where(where)
}

// create builds a row.
func (c kindClient) create(key, text string) kindBuilder {
	b := c.build("Create").set(c.Text, text)
	if c.Key == "id" {
		return b.with("SetID", uuid.MustParse(key))
	}
	return b.set(c.Key, key)
}

// upsert upserts rows by their keys, with IfVersion if there are versions.
func (c kindClient) upsert(ctx context.Context, text string, keys []string, versions ...any) error {
	var b reflect.Value
	if len(keys) == 1 {
		b = c.create(keys[0], text).b
	} else {
		creates := make([]any, len(keys))
		for i, key := range keys {
			creates[i] = c.create(key, text).b.Interface()
		}
		b = c.build("CreateBulk", creates...).b
	}
	b = invoke(invoke(b, "OnConflictColumns", c.Key)[0], "UpdateNewValues")[0]
	if len(versions) > 0 {
		invoke(b, "IfVersion", versions...)
	}
	return failure(invoke(b, "Exec", ctx))
}

func (c kindClient) get(ctx context.Context, of entocc.Versioned) (entocc.Versioned, error) {
	return returned[entocc.Versioned](invoke(c.own, "Get", ctx, of.VersionKey().ID))
}

func (c kindClient) getVersion(ctx context.Context, of entocc.Versioned, version any) (entocc.Versioned, error) {
	return returned[entocc.Versioned](invoke(c.own, "GetVersion", ctx, of.VersionKey().ID, version))
}

// isModified is the method of the entity.
func isModified(ctx context.Context, of entocc.Versioned) (bool, error) {
	return returned[bool](invoke(reflect.ValueOf(of), "IsModified", ctx))
}

// modify changes the text by the client's Modify, as often as it takes.
func (c kindClient) modify(ctx context.Context, of entocc.Versioned, change func(string) string) error {
	m := c.own.MethodByName("Modify")
	work := reflect.MakeFunc(m.Type().In(2), func(args []reflect.Value) []reflect.Value {
		now := args[0].Interface().(entocc.Versioned)
		kindBuilder{Kind: c.Kind, b: args[1]}.set(c.Text, change(c.text(now)))
		return []reflect.Value{reflect.Zero(m.Type().Out(1))}
	})
	return failure(invoke(c.own, "Modify", ctx, of.VersionKey().ID, work.Interface(), entocc.Attempts(0)))
}

func (c kindClient) verify(of entocc.Versioned) error {
	return failure(invoke(c.own, "VerifyOnCommit", of))
}

// updateMany and removeMany are UpdateBulk and DeleteBulk.
func (c kindClient) updateMany(ctx context.Context, skip bool, updates ...kindBuilder) ([]entocc.Versioned, error) {
	builders := make([]any, len(updates))
	for i, u := range updates {
		builders[i] = u.b.Interface()
	}
	bulk := c.build("UpdateBulk", builders...)
	if skip {
		bulk.with("SkipModified")
	}
	out := invoke(bulk.b, "Save", ctx)
	saved := make([]entocc.Versioned, out[0].Len())
	for i := range saved {
		saved[i] = out[0].Index(i).Interface().(entocc.Versioned)
	}
	return saved, failure(out)
}

func (c kindClient) removeMany(ctx context.Context, of ...entocc.Versioned) (int, error) {
	return returned[int](invoke(c.build("DeleteBulk", anys(of)...).b, "Exec", ctx))
}

// tx begins a transaction.
func (c kindClient) tx(ctx context.Context) (in kindClient, commit, rollback func() error, err error) {
	out := invoke(c.root, "Tx", ctx)
	if err := failure(out); err != nil {
		return kindClient{}, nil, nil, err
	}
	tx := out[0].Interface().(interface {
		Commit() error
		Rollback() error
	})
	return c.of(invoke(out[0], "Client")[0]), tx.Commit, tx.Rollback, nil
}

// kindBuilder is a builder of a write.
type kindBuilder struct {
	Kind
	b reflect.Value
}

// with calls one of its methods.
func (b kindBuilder) with(method string, args ...any) kindBuilder {
	invoke(b.b, method, args...)
	return b
}

// set sets a field.
func (b kindBuilder) set(field, value string) kindBuilder {
	m := invoke(b.b, "Mutation")[0].Interface().(entgo.Mutation)
	if err := m.SetField(field, value); err != nil {
		panic(err)
	}
	return b
}

func (b kindBuilder) where(p func(*sql.Selector)) kindBuilder { return b.with("Where", p) }

func (b kindBuilder) ifVersion(version any) kindBuilder { return b.with("IfVersion", version) }

func (b kindBuilder) ifVersionIn(versions ...any) kindBuilder {
	return b.with("IfVersionIn", versions...)
}

func (b kindBuilder) ifMatch(cond entocc.Condition) kindBuilder { return b.with("IfMatch", cond) }

func (b kindBuilder) ifText(text string) kindBuilder { return b.with("IfField", b.isText(text)) }

func (b kindBuilder) ignoreVersion() kindBuilder { return b.with("IgnoreVersion") }

func (b kindBuilder) save(ctx context.Context) (entocc.Versioned, error) {
	return returned[entocc.Versioned](invoke(b.b, "Save", ctx))
}

func (b kindBuilder) exec(ctx context.Context) error { return failure(invoke(b.b, "Exec", ctx)) }

// count writes many rows, or one by its version, and returns how many.
func (b kindBuilder) count(ctx context.Context) (int, error) {
	if b.b.MethodByName("Save").IsValid() {
		return returned[int](invoke(b.b, "Save", ctx))
	}
	return returned[int](invoke(b.b, "Exec", ctx))
}
