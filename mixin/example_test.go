package mixin_test

import (
	"fmt"

	"entgo.io/ent"
	"entgo.io/ent/schema/field"

	"github.com/entocc/entocc/mixin"
)

// describe prints the fields that a mixin adds.
func describe(m ent.Mixin) {
	for _, f := range m.Fields() {
		d := f.Descriptor()
		fmt.Println(d.Name, d.Info)
	}
}

// User bumps its version, except for changes of last_login, which nobody edits.
type User struct{ ent.Schema }

// Mixin of the User.
func (User) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.Version{Ignore: []string{"last_login"}}}
}

// Fields of the User.
func (User) Fields() []ent.Field {
	return []ent.Field{field.String("name"), field.Time("last_login").Optional()}
}

func ExampleVersion() {
	describe(User{}.Mixin()[0])
	// Output: version int64
}

func ExampleTimeVersion() {
	describe(mixin.TimeVersion{})
	// Output: version int64
}

func ExampleTokenVersion() {
	describe(mixin.TokenVersion{})
	// Output: version uuid.UUID
}

func ExampleTriggerVersion() {
	describe(mixin.TriggerVersion{})
	// Output: version int64
}

func ExampleSystemVersion() {
	describe(mixin.SystemVersion{})
	// Output: version int64
}

func ExampleValues() {
	m := mixin.Values{All: true, Ignore: []string{"hits"}}
	fmt.Println(len(m.Fields()), "fields of its own,", len(m.Hooks()), "hook that guards by the values that the caller saw")
	// Output: 0 fields of its own, 1 hook that guards by the values that the caller saw
}

// Order has a rev that another program has written for years.
type Order struct{ ent.Schema }

// Mixin of the Order.
func (Order) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Guard{Field: "rev"}} }

// Fields of the Order.
func (Order) Fields() []ent.Field { return []ent.Field{field.Int64("rev").Default(1)} }

func ExampleGuard() {
	fmt.Println(len(Order{}.Mixin()[0].Fields()), "fields in the mixin,", Order{}.Fields()[0].Descriptor().Name, "is the version")
	// Output: 0 fields in the mixin, rev is the version
}
