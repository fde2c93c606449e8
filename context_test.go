package entocc_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/entocc/entocc"
)

func TestSkipCheck_NoTypeMeansEveryType(t *testing.T) {
	ctx := entocc.SkipCheck(t.Context())
	assert.True(t, entocc.CheckSkipped(ctx, "User"))
	assert.False(t, entocc.IncrementSkipped(ctx, "User"))
	assert.False(t, entocc.CheckSkipped(t.Context(), "User"))
}

func TestSkipIncrement_NoTypeMeansEveryType(t *testing.T) {
	ctx := entocc.SkipIncrement(t.Context())
	assert.True(t, entocc.IncrementSkipped(ctx, "User"))
	assert.False(t, entocc.CheckSkipped(ctx, "User"))
	assert.False(t, entocc.IncrementSkipped(t.Context(), "User"))
}

func TestSkipCheck_NamedTypesAddUp(t *testing.T) {
	user := entocc.SkipCheck(t.Context(), "User")
	both := entocc.SkipCheck(user, "Pet", "Card")
	for _, typ := range []string{"User", "Pet", "Card"} {
		assert.True(t, entocc.CheckSkipped(both, typ), typ)
	}
	assert.False(t, entocc.CheckSkipped(both, "Group"))
	assert.False(t, entocc.CheckSkipped(user, "Pet"), "deriving a context does not change its parent")
}

func TestSkipCheck_TypesAfterEveryTypeNarrowNothing(t *testing.T) {
	ctx := entocc.SkipCheck(entocc.SkipCheck(t.Context()), "User")
	assert.True(t, entocc.CheckSkipped(ctx, "Pet"))
}

func TestSwitches_AreIndependent(t *testing.T) {
	ctx := entocc.SkipIncrement(entocc.SkipCheck(t.Context(), "User"), "Pet")
	assert.True(t, entocc.CheckSkipped(ctx, "User"))
	assert.False(t, entocc.CheckSkipped(ctx, "Pet"))
	assert.True(t, entocc.IncrementSkipped(ctx, "Pet"))
	assert.False(t, entocc.IncrementSkipped(ctx, "User"))
}

// Siblings that append to their parent's types must not share memory.
func TestSwitches_SiblingsOfOneContextAreIndependent(t *testing.T) {
	parent := entocc.SkipCheck(entocc.SkipCheck(t.Context(), "A", "B"), "C")
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			mine, next := fmt.Sprint("mine", i), fmt.Sprint("mine", (i+1)%64)
			ctx := entocc.SkipIncrement(entocc.SkipCheck(parent, mine), mine)
			assert.True(t, entocc.CheckSkipped(ctx, mine))
			assert.True(t, entocc.CheckSkipped(ctx, "C"))
			assert.False(t, entocc.CheckSkipped(ctx, next))
			assert.False(t, entocc.IncrementSkipped(ctx, next))
			assert.False(t, entocc.CheckSkipped(parent, mine))
		})
	}
	group.Wait()
}

func TestBeforeWrite_EachOfSeveralCanRefuse(t *testing.T) {
	refuse := func(of string) func(string) error {
		return func(typ string) error {
			if typ == of {
				return fmt.Errorf("no %s today", of)
			}
			return nil
		}
	}
	ctx := entocc.BeforeWrite(entocc.BeforeWrite(t.Context(), refuse("User")), refuse("Pet"))
	assert.ErrorContains(t, entocc.WriteRefused(ctx, "User"), "no User today")
	assert.ErrorContains(t, entocc.WriteRefused(entocc.SkipCheck(ctx), "Pet"), "no Pet today")
	assert.NoError(t, entocc.WriteRefused(ctx, "Card"))
	assert.NoError(t, entocc.WriteRefused(t.Context(), "User"))
}
