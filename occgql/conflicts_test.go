package occgql_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"testing"

	entgo "entgo.io/ent"
	"entgo.io/ent/privacy"
	"github.com/99designs/gqlgen/graphql"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occgql"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

func TestConflicts_TellWhatTheCallerMaySee(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.stale()
	e := s.fails(func(ctx context.Context) error {
		return fmt.Errorf("renaming: %w", u.Update().SetName("Countess").SetEmail("c@example.org").SetAge(3).Exec(ctx))
	})
	assert.Equal(t, "the user was changed or deleted by somebody else, and this change was not made", e.Message)
	shown := e.Extensions["current"].(json.RawMessage)
	id := strconv.Itoa(u.ID)
	assert.JSONEq(t, `{"id": "`+id+`", "version": "2", "name": "Ada Lovelace", "lastLogin": null, "labels": null}`, string(shown),
		"not the email, which asks for a permission, nor the age, which has arguments, nor anything that the API does not have")
	delete(e.Extensions, "current")
	assert.Equal(t, extensions{
		"code": "CONFLICT", "type": "User", "id": id, "expected": "1", "version": "2", "clashes": []string{"name"},
	}, e.Extensions)
}

func TestConflicts_ShowDecidesWhatIsShown(t *testing.T) {
	s := newServer(t, &occgql.Conflicts{Show: func(_ context.Context, entity any) (any, error) {
		return "it is " + entity.(*ent.User).Name, nil
	}})
	u := s.stale()
	e := s.fails(func(ctx context.Context) error { return u.Update().SetName("Countess").Exec(ctx) })
	assert.Equal(t, json.RawMessage(`"it is Ada Lovelace"`), e.Extensions["current"])

	for _, show := range []func(context.Context, any) (any, error){
		func(context.Context, any) (any, error) { return "secret", errors.New("no") },
		func(context.Context, any) (any, error) { return nil, nil },
		func(context.Context, any) (any, error) { return math.NaN(), nil }, // JSON has no NaN.
	} {
		s = newServer(t, &occgql.Conflicts{Show: show})
		u = s.stale()
		e = s.fails(func(ctx context.Context) error { return u.Update().SetName("Countess").Exec(ctx) })
		assert.Equal(t, "2", e.Extensions["version"])
		assert.NotContains(t, e.Extensions, "current")
	}
}

// A resolver with more rights than its caller writes a row that the caller may not see.
func TestConflicts_SayNothingOfAHiddenRow(t *testing.T) {
	for name, tt := range map[string]struct {
		hide func(q *ent.UserQuery) error
		want extensions
	}{
		"filtered":         {func(q *ent.UserQuery) error { q.Where(user.Name("nobody")); return nil }, extensions{"gone": true}},
		"denied":           {func(*ent.UserQuery) error { return privacy.Denyf("not yours") }, extensions{"gone": true}},
		"it can't be read": {func(*ent.UserQuery) error { return errors.New("no connection to 10.0.0.7") }, extensions{}},
	} {
		for _, hideGone := range []bool{false, true} {
			s := newServer(t, &occgql.Conflicts{HideGone: hideGone})
			u, deleted := s.stale(), s.stale()
			s.client.User.DeleteOneID(deleted.ID).IgnoreVersion().ExecX(t.Context())
			s.client.User.Intercept(entgo.TraverseFunc(func(_ context.Context, q entgo.Query) error { return tt.hide(q.(*ent.UserQuery)) }))
			update := func(u *ent.User) *gqlerror.Error {
				return s.fails(func(ctx context.Context) error { return u.Update().SetName("Countess").Exec(ctx) })
			}
			e, gone := update(u), update(deleted)
			tt.want["code"] = "CONFLICT"
			if !hideGone || tt.want["gone"] == nil {
				tt.want["type"], tt.want["id"] = "User", strconv.Itoa(u.ID)
			} else {
				delete(tt.want, "type")
				delete(tt.want, "id")
			}
			assert.Equal(t, tt.want, e.Extensions, name)
			assert.Equal(t, gone.Message, e.Message, "%s: as one that is deleted", name)
			delete(e.Extensions, "id")
			delete(gone.Extensions, "id")
			assert.Equal(t, gone.Extensions, e.Extensions, "%s: as one that is deleted", name)
		}
	}
}

func TestConflicts_SetBasedWriteDoesNotTellTheIDThatItFound(t *testing.T) {
	s := newServer(t, conflicts())
	s.stale()
	s.client.User.Intercept(entgo.TraverseFunc(func(_ context.Context, q entgo.Query) error {
		q.(*ent.UserQuery).Where(user.Name("nobody"))
		return nil
	}))
	e := s.fails(func(ctx context.Context) error {
		_, err := s.client.User.Update().Where(user.Age(0)).IfVersion(1).SetName("Countess").Save(ctx)
		return err
	})
	assert.Equal(t, extensions{"code": "CONFLICT", "type": "User", "gone": true}, e.Extensions)
}

func TestConflicts_HideGoneAnswersNotFoundAsADeletedRow(t *testing.T) {
	s := newServer(t, &occgql.Conflicts{HideGone: true})
	u := s.stale()
	hidden := s.fails(func(ctx context.Context) error {
		return s.client.User.UpdateOneID(u.ID).Where(user.Name("nobody")).IfVersion(2).SetName("Countess").Exec(ctx)
	})
	s.client.User.DeleteOneID(u.ID).IgnoreVersion().ExecX(t.Context())
	gone := s.fails(func(ctx context.Context) error {
		return s.client.User.UpdateOneID(u.ID).Where(user.Name("nobody")).IfVersion(2).SetName("Countess").Exec(ctx)
	})
	assert.Equal(t, gone.Message, hidden.Message)
	assert.Equal(t, extensions{"code": "CONFLICT", "gone": true}, gone.Extensions)
	assert.Equal(t, gone.Extensions, hidden.Extensions)

	s.query = `query { ok }`
	e := s.fails(func(ctx context.Context) error { _, err := s.client.User.Get(ctx, u.ID); return err })
	assert.Equal(t, "ent: user not found", e.Message, "a query writes nothing")
}

func TestConflicts_OfABatchHaveTheNumberWritten(t *testing.T) {
	s := newServer(t, conflicts())
	a, b := s.stale(), s.client.User.Create().SetName("Bob").SaveX(t.Context())
	e := s.fails(func(ctx context.Context) error {
		_, err := s.client.User.UpdateBulk(a.Update().SetName("x"), b.Update().SetName("y")).SkipModified().Save(ctx)
		return err
	})
	listed := e.Extensions["conflicts"].([]map[string]any)
	require.Len(t, listed, 1)
	assert.Equal(t, "2", listed[0]["version"])
	assert.Equal(t, 1, e.Extensions["written"])
	assert.Equal(t, 2, e.Extensions["total"])
	assert.Equal(t, "1 of 2 records of user were changed or deleted by somebody else", e.Message)
}

func TestConflicts_OfABatchNameTheRowsThatAreGone(t *testing.T) {
	s := newServer(t, conflicts())
	stale, deleted := s.stale(), s.stale()
	s.client.User.DeleteOneID(deleted.ID).IgnoreVersion().ExecX(t.Context())
	e := s.fails(func(ctx context.Context) error {
		_, err := s.client.User.DeleteBulk(stale, deleted).Exec(ctx)
		return err
	})
	listed := e.Extensions["conflicts"].([]map[string]any)
	require.Len(t, listed, 2)
	assert.Equal(t, "2", listed[0]["version"])
	assert.Equal(t, extensions{"type": "User", "id": strconv.Itoa(deleted.ID), "gone": true}, listed[1])
}

// A batch of thousands must not cause as many reads.
func TestConflicts_ReadAHundredRowsAtMost(t *testing.T) {
	s := newServer(t, conflicts())
	var (
		ids     []int
		updates []*ent.UserUpdateOne
	)
	for range 150 {
		u := s.client.User.Create().SetName("Ada").SaveX(t.Context())
		ids = append(ids, u.ID)
		updates = append(updates, s.client.User.UpdateOneID(u.ID).IfVersion(7).SetName("x"))
	}
	reads := 0
	s.client.User.Intercept(entgo.TraverseFunc(func(context.Context, entgo.Query) error { reads++; return nil }))
	e := s.fails(func(ctx context.Context) error {
		_, err := s.client.User.UpdateBulk(updates...).Exec(ctx)
		return err
	})
	listed := e.Extensions["conflicts"].([]map[string]any)
	require.Len(t, listed, 150)
	assert.Equal(t, 100, reads)
	assert.Contains(t, listed[99], "version")
	assert.Equal(t, extensions{"type": "User", "id": strconv.Itoa(ids[100])}, listed[100])
}

func TestConflicts_UnknownOutcome(t *testing.T) {
	s := newServer(t, conflicts())
	e := s.fails(func(context.Context) error {
		return &entocc.OutcomeUnknownError{Type: "User", ID: 7, Expected: int64(1), Next: int64(2), Err: errors.New("connection to 10.0.0.7 lost")}
	})
	assert.Equal(t, extensions{"code": "OUTCOME_UNKNOWN", "type": "User", "id": "7", "expected": "1", "next": "2"}, e.Extensions)
	assert.NotContains(t, e.Message, "10.0.0.7")
}

func TestConflicts_OtherErrorsStayAsTheyAre(t *testing.T) {
	s := newServer(t, conflicts())
	e := s.fails(func(context.Context) error { return errors.New("the printer is on fire") })
	assert.Equal(t, "the printer is on fire", e.Message)
	assert.Nil(t, e.Extensions)
	e = s.fails(func(ctx context.Context) error {
		return s.client.User.UpdateOneID(4711).IgnoreVersion().SetName("x").Exec(ctx)
	})
	assert.Equal(t, "ent: user not found", e.Message)
	assert.Nil(t, e.Extensions)
}

// The resolver's own message and extensions are kept.
func TestConflicts_OwnMessageAndExtensionsStay(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.stale()
	e := s.fails(func(ctx context.Context) error {
		return &gqlerror.Error{Err: u.Update().SetName("x").Exec(ctx), Message: "Jemand war schneller.", Extensions: extensions{"code": "ZU_SPAET"}}
	})
	assert.Equal(t, "Jemand war schneller.", e.Message)
	assert.Equal(t, "ZU_SPAET", e.Extensions["code"])
	assert.Equal(t, "2", e.Extensions["version"])
}

func TestErrorPresenter_KeepsConflictsFromOneThatHidesErrors(t *testing.T) {
	s := newServer(t, conflicts())
	s.exec.SetErrorPresenter(occgql.ErrorPresenter(func(context.Context, error) *gqlerror.Error { return gqlerror.Errorf("internal error") }))
	u := s.stale()
	e := s.fails(func(ctx context.Context) error { return u.Update().SetName("x").Exec(ctx) })
	assert.Equal(t, "CONFLICT", e.Extensions["code"])
	assert.Equal(t, "2", e.Extensions["version"])
	e = s.fails(func(context.Context) error { return errors.New("secret") })
	assert.Equal(t, "internal error", e.Message)
}

// Without the extension nothing is read, so nothing of the row is shown.
func TestErrorPresenter_AloneTellsNothingOfTheRow(t *testing.T) {
	s := newServer(t)
	s.exec.SetErrorPresenter(occgql.ErrorPresenter(graphql.DefaultErrorPresenter))
	u := s.stale()
	e := s.fails(func(ctx context.Context) error { return u.Update().SetName("x").Exec(ctx) })
	assert.Equal(t, extensions{"code": "CONFLICT", "type": "User", "id": strconv.Itoa(u.ID)}, e.Extensions)
	assert.NotContains(t, e.Message, "2")
}

func TestConflicts_OneForEachServer(t *testing.T) {
	c := conflicts()
	newServer(t, c)
	assert.PanicsWithError(t, "occgql: each server needs its own Conflicts", func() { newServer(t, c) })
}

func TestConflicts_TypesWithADirectiveOrOutsideOfTheAPIShowNoFields(t *testing.T) {
	s := newServer(t, conflicts())
	doc := s.client.Document.Create().SetTitle("a").SaveX(t.Context())
	now := doc.Update().SetTitle("b").SaveX(t.Context())
	e := s.fails(func(ctx context.Context) error { return doc.Update().SetTitle("c").Exec(ctx) })
	assert.Equal(t, extensions{
		"code": "CONFLICT", "type": "Document", "id": doc.ID.String(), "expected": doc.Version.String(), "version": now.Version.String(), "clashes": []string{},
	}, e.Extensions)

	event := s.client.Event.Create().SetName("a").SaveX(t.Context())
	event.Update().SetName("b").ExecX(t.Context())
	e = s.fails(func(ctx context.Context) error { return event.Update().SetName("c").Exec(ctx) })
	assert.NotContains(t, e.Extensions, "current")
	assert.Equal(t, fmt.Sprint(event.Version), e.Extensions["expected"])
}

func TestConflicts_CompositeID(t *testing.T) {
	s := newServer(t, conflicts())
	u, tweet := s.stale(), s.client.Tweet.Create().SetText("hello").SaveX(t.Context())
	like := s.client.Like.Create().SetUserID(u.ID).SetTweetID(tweet.ID).SaveX(t.Context())
	like.Update().SetMood("glad").ExecX(t.Context())
	e := s.fails(func(ctx context.Context) error { return like.Update().SetMood("sad").Exec(ctx) })
	assert.Equal(t, []any{strconv.Itoa(u.ID), strconv.Itoa(tweet.ID)}, e.Extensions["id"])
	assert.Equal(t, "2", e.Extensions["version"])
}

func TestConflicts_SeveralExpectedVersions(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.stale()
	e := s.fails(func(ctx context.Context) error {
		return s.client.User.UpdateOneID(u.ID).IfVersionIn(7, 8).SetName("x").Exec(ctx)
	})
	assert.Equal(t, []any{"7", "8"}, e.Extensions["expected"])
}

// The caller did not send the ID of a parent.
func TestConflicts_OfAParentHaveItsTypeAlone(t *testing.T) {
	s := newServer(t, conflicts())
	purchase := s.client.Purchase.Create().SaveX(t.Context())
	line := s.client.PurchaseLine.Create().SetArticle("tea").SetPurchase(purchase).SaveX(t.Context())
	e := s.fails(func(ctx context.Context) error {
		return line.Update().IfPurchaseVersion(7).SetArticle("coffee").Exec(ctx)
	})
	assert.Equal(t, extensions{"code": "CONFLICT", "type": "Purchase"}, e.Extensions)
}

func TestConflicts_BesideOtherErrors(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.stale()
	errs := s.errors(t.Context(), func(ctx context.Context) error {
		graphql.AddError(ctx, errors.New("the printer is on fire"))
		graphql.AddError(ctx, errors.Join(errors.New("10.0.0.7"), u.Update().SetName("x").Exec(ctx)))
		return u.Update().SetName("y").Exec(ctx)
	})
	require.Len(t, errs, 3)
	assert.Nil(t, errs[0].Extensions)
	assert.NotContains(t, errs[1].Message, "10.0.0.7")
	assert.Equal(t, "2", errs[1].Extensions["version"])
	assert.Equal(t, "2", errs[2].Extensions["version"])
}

// The context of the request has ended because a proxy gave up: nothing can be read for the response.
func TestConflicts_AfterTheContextHasEnded(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.stale()
	ctx, cancel := context.WithCancel(t.Context())
	errs := s.errors(ctx, func(ctx context.Context) error {
		defer cancel()
		return u.Update().SetName("x").Exec(ctx)
	})
	require.Len(t, errs, 1)
	assert.Equal(t, extensions{"code": "CONFLICT", "type": "User", "id": strconv.Itoa(u.ID)}, errs[0].Extensions)
}

// A client must not write from the version that the transaction made: it is rolled back, and somebody else may make the
// same version.
func TestConflicts_InAnOpenTransactionTellNothingOfTheRow(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.client.User.Create().SetName("Ada").SaveX(t.Context())
	var tx *ent.Tx
	for name, write := range map[string]func(c *ent.UserClient) error{
		"save": func(c *ent.UserClient) error { return c.UpdateOneID(u.ID).IfVersion(1).SetName("y").Exec(t.Context()) },
		"state": func(c *ent.UserClient) error {
			return c.UpdateOneID(u.ID).IfField(user.Age(7)).SetName("y").Exec(t.Context())
		},
		"delete": func(c *ent.UserClient) error { return c.DeleteOneID(u.ID).IfVersion(1).Exec(t.Context()) },
		"batch": func(c *ent.UserClient) error {
			_, err := c.UpdateBulk(c.UpdateOneID(u.ID).IfVersion(1).SetName("y")).Exec(t.Context())
			return err
		},
	} {
		for _, ended := range []bool{false, true} {
			e := s.fails(func(ctx context.Context) error {
				var err error
				tx, err = s.client.Tx(ctx)
				require.NoError(t, err)
				tx.User.UpdateOneID(u.ID).IfVersion(1).SetName("only inside").ExecX(ctx)
				err = write(tx.User)
				if ended {
					require.NoError(t, tx.Rollback())
				}
				return err
			})
			told := e.Extensions
			if listed, ok := told["conflicts"].([]map[string]any); ok {
				told = listed[0]
			}
			if ended {
				assert.Equal(t, "1", told["version"], name)
				continue
			}
			require.NoError(t, tx.Rollback())
			assert.NotContains(t, told, "version", name)
			assert.NotContains(t, told, "current", name)
			assert.Equal(t, strconv.Itoa(u.ID), told["id"], name)
		}
	}
}

func TestConflicts_OfAClientWithoutDiffsHaveNoClashes(t *testing.T) {
	s := newServer(t, conflicts())
	u := s.stale()
	e := s.fails(func(context.Context) error {
		modified := &entocc.RecordModifiedError{Type: "User", ID: u.ID, Op: entgo.OpUpdateOne, Expected: int64(1)}
		return entocc.NewModifiedError(modified, u, func(ctx context.Context) (*ent.User, error) { return s.client.User.Get(ctx, u.ID) }, nil)
	})
	assert.Equal(t, "2", e.Extensions["version"])
	assert.Empty(t, e.Extensions["clashes"])
}

func TestOpenTx_OfNothingIsNothing(t *testing.T) {
	assert.Nil(t, occgql.OpenTx(nil), "so that the transactioner refuses it when the server is made")
}
