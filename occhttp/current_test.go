package occhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/intercept"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occhttp"
)

func TestLastChange_IsInTheProblemOfAConflict(t *testing.T) {
	type hidden struct{}
	client := openExample(t.Name())
	client.Intercept(intercept.TraverseUser(func(ctx context.Context, q *ent.UserQuery) error {
		if ctx.Value(hidden{}) != nil {
			q.Where(user.Name("nobody"))
		}
		return nil
	}))
	ctx := t.Context()
	at := time.Date(2026, 11, 27, 15, 40, 0, 0, time.UTC)
	u := client.User.Create().SetName("ada").SetLastLogin(at).SaveX(ctx)
	u.Update().SetName("joan").ExecX(ctx)
	tag, err := occhttp.Tag(u)
	require.NoError(t, err)
	var write func(context.Context, *occhttp.Condition) error
	handler := occhttp.Middleware(occhttp.LastChange(func(current any) (string, time.Time) {
		u := current.(*ent.User)
		return u.Name, *u.LastLogin
	}))(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error { return write(r.Context(), occhttp.IfMatch(r)) }))
	answer := func(accept string) string {
		r := httptest.NewRequest(http.MethodPut, "/", nil)
		r.Header.Set("If-Match", tag.String())
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		assert.Equal(t, http.StatusPreconditionFailed, w.Code, w.Body)
		return w.Body.String()
	}
	problem := func() (p map[string]any) {
		require.NoError(t, json.Unmarshal([]byte(answer("application/json")), &p))
		return p
	}

	write = func(ctx context.Context, c *occhttp.Condition) error {
		return client.User.UpdateOneID(u.ID).IfMatch(c).SetName("mine").Exec(ctx)
	}
	assert.Equal(t, "joan", problem()["modifiedBy"])
	assert.Equal(t, at.Format(time.RFC3339), problem()["modifiedAt"])
	assert.Contains(t, answer("text/html"), "<dt>Changed by</dt><dd>joan</dd>")

	visible := write
	write = func(ctx context.Context, c *occhttp.Condition) error {
		return fmt.Errorf("saved nothing: %w", visible(ctx, c))
	}
	assert.Equal(t, "joan", problem()["modifiedBy"])
	blind := httptest.NewRequest(http.MethodPut, "/", nil).WithContext(context.WithValue(ctx, hidden{}, true))
	blind.Header.Set("If-Match", tag.String())
	unseen := httptest.NewRecorder()
	handler.ServeHTTP(unseen, blind)
	assert.NotContains(t, unseen.Body.String(), "joan", "who may not see the row")
	write = func(ctx context.Context, c *occhttp.Condition) error {
		tx, err := client.Tx(ctx)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback() })
		return tx.User.UpdateOneID(u.ID).IfMatch(c).SetName("mine").Exec(ctx)
	}
	assert.NotContains(t, problem(), "modifiedBy", "a transaction that goes on")
}

// clash is a user whom somebody else has saved since tag.
type clash struct {
	*testing.T
	client *ent.Client
	id     int
	tag    string
}

func newClash(t *testing.T) *clash {
	t.Helper()
	client := openExample(t.Name())
	u := client.User.Create().SetName("ada").SetAge(36).SetPassword("secret").SaveX(t.Context())
	u.Update().SetName("joan").SetAge(37).SetPassword("theirs").ExecX(t.Context())
	tag, err := occhttp.Tag(u)
	require.NoError(t, err)
	return &clash{T: t, client: client, id: u.ID, tag: tag.String()}
}

// problem returns that of a refused write. The API has no name for the password.
func (c *clash) problem(write func(context.Context, *occhttp.Condition) error) (p map[string]any) {
	c.Helper()
	names := map[string]string{user.FieldName: "fullName", user.FieldAge: "age"}
	handler := occhttp.Middleware(occhttp.ClashingFields(func(current any, field entocc.FieldDiff) string {
		assert.IsType(c, &ent.User{}, current)
		return names[field.Name]
	}))(occhttp.Handler(func(_ http.ResponseWriter, r *http.Request) error { return write(r.Context(), occhttp.IfMatch(r)) }))
	r := httptest.NewRequest(http.MethodPut, "/", nil)
	r.Header.Set("If-Match", c.tag)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	require.NoError(c, json.Unmarshal(w.Body.Bytes(), &p), w.Body)
	return p
}

// set writes all fields, as a PUT does.
func (c *clash) set(name string, age int) func(context.Context, *occhttp.Condition) error {
	return func(ctx context.Context, match *occhttp.Condition) error {
		return c.client.User.UpdateOneID(c.id).IfMatch(match).SetName(name).SetAge(age).SetPassword("mine").Exec(ctx)
	}
}

func TestClashingFields_AreWhatTheRequestWouldSetToSomethingElse(t *testing.T) {
	c := newClash(t)
	assert.Equal(t, []any{"fullName"}, c.problem(c.set("mine", 37))["clashes"])
	assert.Equal(t, []any{"fullName", "age"}, c.problem(c.set("mine", 36))["clashes"])
	assert.NotContains(t, c.problem(c.set("joan", 37)), "clashes")
	for name, write := range map[string]func(context.Context, *occhttp.Condition) error{
		"an addition": func(ctx context.Context, match *occhttp.Condition) error {
			return c.client.User.UpdateOneID(c.id).IfMatch(match).AddAge(1).Exec(ctx)
		},
		"a delete": func(ctx context.Context, match *occhttp.Condition) error {
			return c.client.User.DeleteOneID(c.id).IfMatch(match).Exec(ctx)
		},
		"another state, which nobody need have changed": func(ctx context.Context, _ *occhttp.Condition) error {
			return c.client.User.UpdateOneID(c.id).IgnoreVersion().IfField(user.Age(1)).SetName("mine").Exec(ctx)
		},
	} {
		p := c.problem(write)
		assert.Equal(t, occhttp.TypeModified, p["type"], name)
		assert.NotContains(t, p, "clashes", name)
	}
}

func TestClashingFields_AreThoseOfTheVersionThatTheProblemHas(t *testing.T) {
	c := newClash(t)
	p := c.problem(func(ctx context.Context, match *occhttp.Condition) error {
		refusal := c.set("mine", 37)(ctx, match)
		c.client.User.UpdateOneID(c.id).IgnoreVersion().SetName("mine").SetAge(38).ExecX(ctx) // before the row is read for the answer
		return refusal
	})
	assert.Equal(t, []any{"age"}, p["clashes"])
	assert.Equal(t, "3", p["current"])
}

func TestClashingFields_AreNotKnownToAClientWithoutDiffs(t *testing.T) {
	handler := occhttp.Middleware(occhttp.ClashingFields(func(_ any, field entocc.FieldDiff) string { return field.Name }))
	refused := &entocc.RecordModifiedError{Type: ent.TypeUser, ID: 7, Op: ent.OpUpdateOne, Expected: 1, Actual: 2}
	current := func(context.Context) (*ent.User, error) { return &ent.User{ID: 7, Version: 2}, nil }
	w := httptest.NewRecorder()
	handler(occhttp.Handler(func(http.ResponseWriter, *http.Request) error {
		return entocc.NewModifiedError(refused, nil, current, nil)
	})).ServeHTTP(w, httptest.NewRequest(http.MethodPut, "/", nil))
	assert.Equal(t, http.StatusConflict, w.Code)
	assert.NotContains(t, w.Body.String(), "clashes")
}
