package entocc_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
)

func ExampleSkipCheck() {
	client, ctx := open("SkipCheck")
	u := client.User.Create().SetName("ada").SaveX(ctx)
	u.Update().SetName("grace").ExecX(ctx)

	skip := entocc.SkipCheck(ctx, ent.TypeUser)
	u = u.Update().SetName("joan").SaveX(skip) // overwrites what was saved in between
	fmt.Println(u.Name, u.Version)
	// Output: joan 3
}

func ExampleSkipIncrement() {
	client, ctx := open("SkipIncrement")
	u := client.User.Create().SetName("ada").SaveX(ctx)

	u = u.Update().SetAge(36).SaveX(entocc.SkipIncrement(ctx, ent.TypeUser))
	fmt.Println(u.Age, u.Version)
	// Output: 36 1
}

// A custom hook can check whether the guard is off.
func ExampleCheckSkipped() {
	ctx := entocc.SkipCheck(context.Background(), ent.TypeUser)
	fmt.Println(entocc.CheckSkipped(ctx, ent.TypeUser), entocc.CheckSkipped(ctx, ent.TypePet))
	// Output: true false
}

func ExampleIncrementSkipped() {
	ctx := entocc.SkipIncrement(context.Background()) // every type
	fmt.Println(entocc.IncrementSkipped(ctx, ent.TypeUser), entocc.CheckSkipped(ctx, ent.TypeUser))
	// Output: true false
}

func ExampleBeforeWrite() {
	client, ctx := open("BeforeWrite")
	readOnly := entocc.BeforeWrite(ctx, func(typ string) error {
		if typ == ent.TypeUser {
			return errors.New("users are read-only tonight")
		}
		return nil
	})
	err := client.User.Create().SetName("ada").Exec(readOnly)
	fmt.Println(err)
	fmt.Println(client.User.Query().Where(user.Name("ada")).ExistX(ctx))
	// Output:
	// entocc: Create of User refused: its context does not allow it: users are read-only tonight
	// false
}

// A write that bypasses ent can follow the same rule.
func ExampleWriteRefused() {
	ctx := entocc.BeforeWrite(context.Background(), func(string) error { return errors.New("read-only") })
	fmt.Println(entocc.WriteRefused(ctx, ent.TypeUser))
	fmt.Println(entocc.WriteRefused(context.Background(), ent.TypeUser))
	// Output:
	// read-only
	// <nil>
}
