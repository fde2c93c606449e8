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
