package write_test

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqlgraph"
	"entgo.io/ent/schema/field"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/drivertest"
	"github.com/entocc/entocc/internal/version"
	"github.com/entocc/entocc/internal/write"
)

// strokes is a kind of version that the library does not have: a text that grows by one stroke with each write.
type strokes struct{}

var _ version.Strategy = strokes{}

func (strokes) Next(old any) (any, error) {
	if len(old.(string)) == 3 {
		return nil, errors.New("three strokes are all that there are")
	}
	return old.(string) + "|", nil
}

func (strokes) Bump(b *sql.Builder, ident string) {
	b.WriteString("CONCAT(").WriteString(ident).WriteString(", '|')")
}

func (strokes) IsZero(v any) bool { return v == nil || v == "" }

func (strokes) Scan() (dest any, value func() any) {
	var v stdsql.NullString
	return &v, func() any { return v.String }
}

func (strokes) Equal(a, b any) bool    { return a == b }
func (strokes) First(any) (any, error) { return "|", nil }
func (strokes) Random() bool           { return false }
func (strokes) Step() any              { return nil }
func (strokes) Follows(_, _ any) bool  { return false }
func (strokes) Possible(v any) bool    { return strings.Trim(fmt.Sprint(v), "|") == "" }
func (strokes) Bound() string          { return "" }
func (strokes) OverflowMark() string   { return "" }
func (strokes) Textual(string) bool    { return false }
func (strokes) ByTrigger() bool        { return false }
func (strokes) BySystem() bool         { return false }

// renaming is the mutation of a page that gets a new name.
type renaming struct {
	write.Mutation
	op ent.Op
}

func (r renaming) Op() ent.Op { return r.op }

func page(id any) *sqlgraph.UpdateSpec {
	spec := sqlgraph.NewUpdateSpec("pages", nil, sqlgraph.NewFieldSpec("id", field.TypeInt))
	spec.Node.ID.Value = id
	spec.SetField("name", field.TypeString, "new")
	return spec
}

func TestUpdateOne_GuardsByAFurtherKindOfVersion(t *testing.T) {
	s := &version.Schema{Type: "Page", Field: "rev", Column: "rev", Strategy: strokes{}}
	save := func(d string, seen ...any) (string, error) {
		var e write.Expectation
		e.In(seen...)
		w, err := write.UpdateOne(t.Context(), s, renaming{op: ent.OpUpdateOne}, &e, page(7), nil, 7)
		if err != nil {
			return "", err
		}
		drv := &drivertest.Sent{Name: d}
		require.ErrorIs(t, w.Save(t.Context(), drv), context.Canceled)
		return drv.Statements[0], nil
	}
	sent, err := save(dialect.SQLite, "|")
	require.NoError(t, err)
	assert.Equal(t, "UPDATE `pages` SET `name` = ?, `rev` = ? WHERE `id` = ? AND `rev` = ? "+`[]interface {}{"new", "||", 7, "|"}`, sent)
	sent, err = save(dialect.Postgres, "|", "||")
	require.NoError(t, err)
	assert.Contains(t, sent, `"rev" = CONCAT("pages"."rev", '|')`, "it is not known which of the two the row has")
	_, err = save(dialect.SQLite, "|||")
	assert.True(t, entocc.IsVersionError(err), "%v", err)
	assert.ErrorContains(t, err, "three strokes")
}
