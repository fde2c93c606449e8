package occgrpc_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"connectrpc.com/connect"
	"entgo.io/ent/dialect"
	"entgo.io/ent/privacy"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/intercept"
	_ "github.com/entocc/entocc/internal/ent/runtime"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/entocc/entocc/occgrpc"
	"github.com/entocc/entocc/occgrpc/connectocc"
	"github.com/entocc/entocc/occgrpc/grpcocc"
)

func open(t *testing.T) *ent.Client {
	t.Helper()
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "test.db")+"?_fk=1")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))
	return client
}

func etag(t *testing.T, entity entocc.Versioned) string {
	t.Helper()
	tag, err := occgrpc.ETag(entity)
	require.NoError(t, err)
	return tag
}

// answer is what a client sees.
type answer struct {
	code    codes.Code
	message string
	info    *errdetails.ErrorInfo
	failed  *errdetails.PreconditionFailure
	bad     *errdetails.BadRequest
}

func (a answer) String() string {
	return fmt.Sprint(a.code, a.message, a.info.String(), a.failed.String(), a.bad.String())
}

func (a *answer) add(detail any) {
	switch d := detail.(type) {
	case *errdetails.ErrorInfo:
		a.info = d
	case *errdetails.PreconditionFailure:
		a.failed = d
	case *errdetails.BadRequest:
		a.bad = d
	}
}

const method = "/test.Test/Do"

// serve runs a method on real servers of both kinds, and returns what a client of each protocol gets. All must get the
// same.
func serve(t *testing.T, do func(ctx context.Context) error) answer {
	t.Helper()
	first := overGRPC(t, do)
	server := httptest.NewUnstartedServer(connectHandler(do))
	server.EnableHTTP2 = true
	server.StartTLS()
	defer server.Close()
	for _, protocol := range []connect.ClientOption{connect.WithProtoJSON(), connect.WithGRPC(), connect.WithGRPCWeb()} {
		client := connect.NewClient[emptypb.Empty, emptypb.Empty](server.Client(), server.URL+method, protocol)
		_, err := client.CallUnary(t.Context(), connect.NewRequest(&emptypb.Empty{}))
		var failed *connect.Error
		require.ErrorAs(t, err, &failed)
		a := answer{code: codes.Code(failed.Code()), message: failed.Message()}
		for _, d := range failed.Details() {
			detail, err := d.Value()
			require.NoError(t, err)
			a.add(detail)
		}
		assert.Equal(t, fmt.Sprint(first), fmt.Sprint(a))
	}
	return first
}

func connectHandler(do func(context.Context) error) http.Handler {
	return connect.NewUnaryHandler(method, func(ctx context.Context, _ *connect.Request[emptypb.Empty]) (*connect.Response[emptypb.Empty], error) {
		return connect.NewResponse(&emptypb.Empty{}), do(ctx)
	}, connect.WithInterceptors(connectocc.Interceptor()))
}

func overGRPC(t *testing.T, do func(ctx context.Context) error) answer {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(grpcocc.Unary()), grpc.ChainStreamInterceptor(grpcocc.Stream()))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Test",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Do", Handler: func(_ any, ctx context.Context, _ func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
			return intercept(ctx, nil, nil, func(ctx context.Context, _ any) (any, error) { return &emptypb.Empty{}, do(ctx) })
		}}},
		Streams: []grpc.StreamDesc{{StreamName: "Stream", ServerStreams: true, Handler: func(_ any, s grpc.ServerStream) error { return do(s.Context()) }}},
	}, nil)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	conn, err := grpc.NewClient("passthrough:///test", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) { return listener.Dial() }))
	require.NoError(t, err)
	defer conn.Close()

	unary := grpcAnswer(t, conn.Invoke(t.Context(), method, &emptypb.Empty{}, &emptypb.Empty{}))
	stream, err := conn.NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true}, "/test.Test/Stream")
	require.NoError(t, err)
	require.NoError(t, stream.CloseSend())
	assert.Equal(t, fmt.Sprint(unary), fmt.Sprint(grpcAnswer(t, stream.RecvMsg(&emptypb.Empty{}))))
	return unary
}

func grpcAnswer(t *testing.T, err error) answer {
	t.Helper()
	s, ok := status.FromError(err)
	require.True(t, ok, err)
	a := answer{code: s.Code(), message: s.Message()}
	for _, d := range s.Details() {
		a.add(d)
	}
	return a
}

func TestExpect_GuardsTheWriteItself(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	tag := etag(t, u)
	assert.Regexp(t, `^"User/\d+/1"$`, tag)

	save := func(name, etag string) error {
		return client.User.UpdateOneID(u.ID).IfMatch(occgrpc.Expect(etag)).SetName(name).Exec(t.Context())
	}
	require.NoError(t, save("Ada Lovelace", tag))
	stale := serve(t, func(ctx context.Context) error {
		return client.User.UpdateOneID(u.ID).IfMatch(occgrpc.Expect(tag)).SetName("Augusta").Exec(ctx)
	})
	assert.Equal(t, codes.Aborted, stale.code)
	assert.Equal(t, occgrpc.ReasonModified, stale.info.Reason)
	assert.Equal(t, occgrpc.Domain, stale.info.Domain)
	now := client.User.GetX(t.Context(), u.ID)
	assert.Equal(t, map[string]string{"type": "User", "id": fmt.Sprint(u.ID), "expected_etag": tag, "etag": etag(t, now)}, stale.info.Metadata)
	assert.Equal(t, "Ada Lovelace", now.Name)

	require.NoError(t, save("Countess", etag(t, now)))
	require.NoError(t, save("Anyone's", "*"))
	other := client.User.Create().SetName("Bob").SaveX(t.Context())
	assert.True(t, ent.IsRecordModified(save("Bob's", etag(t, other))), "the etag of another row")
	assert.True(t, ent.IsRecordModified(save("weak", "W/"+etag(t, client.User.GetX(t.Context(), u.ID)))), "a weak etag")
	assert.Equal(t, "Anyone's", client.User.GetX(t.Context(), u.ID).Name)
}

// An etag of another row, or a weak one, does not say that anybody changed the row.
func TestExpect_ETagThatNamesNoVersionOfTheRow(t *testing.T) {
	client := open(t)
	u, other := client.User.Create().SetName("Ada").SaveX(t.Context()), client.User.Create().SetName("Bob").SaveX(t.Context())
	for _, sent := range []string{etag(t, other), "W/" + etag(t, u), `"x"`} {
		refused := serve(t, func(ctx context.Context) error {
			return client.User.UpdateOneID(u.ID).IfMatch(occgrpc.Expect(sent)).SetName("Eve").Exec(ctx)
		})
		assert.Equal(t, codes.Aborted, refused.code)
		assert.Equal(t, "the etag names no version of this user, because it is weak or of another resource: nothing was written", refused.message)
		assert.Equal(t, map[string]string{"type": "User", "id": fmt.Sprint(u.ID), "expected_etag": sent, "etag": etag(t, u)}, refused.info.Metadata)
	}
	assert.Equal(t, "Ada", client.User.GetX(t.Context(), u.ID).Name)
}

func TestExpect_WhatIsNoETagIsAnInvalidArgument(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	tag := etag(t, u)
	for _, sent := range []string{"", "1", "User/1/1", `"`, `""x`, tag + `, "b"`, tag + ",", "," + tag, " " + tag, tag + "\n", "*, " + tag, `"a b"`} {
		a := serve(t, func(ctx context.Context) error {
			return client.User.UpdateOneID(u.ID).IfMatch(occgrpc.Expect(sent)).SetName("nobody").Exec(ctx)
		})
		assert.Equal(t, codes.InvalidArgument, a.code, sent)
		require.NotNil(t, a.bad, sent)
		assert.Equal(t, "etag", a.bad.FieldViolations[0].Field, sent)
		want := occgrpc.ReasonMalformed
		if sent == "" {
			want = occgrpc.ReasonRequired
		}
		assert.Equal(t, want, a.info.Reason, sent)
	}
	assert.Equal(t, "Ada", client.User.GetX(t.Context(), u.ID).Name)
}

func TestExpectIfSent_PermitsARequestWithoutAnETagAlone(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	require.NoError(t, client.User.UpdateOneID(u.ID).IfMatch(occgrpc.ExpectIfSent("")).SetName("Augusta").Exec(t.Context()))
	assert.Equal(t, int64(2), client.User.GetX(t.Context(), u.ID).Version, "others notice")
	err := client.User.UpdateOneID(u.ID).IfMatch(occgrpc.ExpectIfSent(etag(t, u))).SetName("Ada").Exec(t.Context())
	assert.True(t, ent.IsRecordModified(err), err)
	err = client.User.UpdateOneID(u.ID).IfMatch(occgrpc.ExpectIfSent("2")).SetName("Ada").Exec(t.Context())
	assert.True(t, ent.IsVersionError(err), err)
	err = client.User.DeleteOneID(u.ID).IfMatch(occgrpc.Expect(etag(t, u))).Exec(t.Context())
	assert.True(t, ent.IsRecordModified(err), err)
}

// A row that is gone, one that the caller may not read, and one that never existed must look the same.
func TestStatus_OfWhatTheCallerMayNotSeeIsNotFound(t *testing.T) {
	type hidden struct{}
	client := open(t)
	client.Intercept(intercept.TraverseUser(func(ctx context.Context, q *ent.UserQuery) error {
		if ctx.Value(hidden{}) != nil {
			q.Where(user.NameNEQ("secret"))
		}
		return nil
	}))
	secret := client.User.Create().SetName("secret").SaveX(t.Context())
	tag := etag(t, secret)
	secret.Update().SetAge(1).ExecX(t.Context())
	gone := client.User.Create().SetName("Ada").SaveX(t.Context())
	client.User.DeleteOne(gone).ExecX(t.Context())

	see := func(ctx context.Context, id int, tag string) *occgrpc.Status {
		err := client.User.UpdateOneID(id).IfMatch(occgrpc.Expect(tag)).SetName("x").Exec(ctx)
		require.Error(t, err)
		return occgrpc.StatusOf(ctx, err)
	}
	blind := context.WithValue(t.Context(), hidden{}, true)
	want := see(blind, 4711, `"User/4711/1"`)
	assert.Equal(t, codes.NotFound, codes.Code(want.Code))
	assert.Equal(t, want, see(blind, secret.ID, tag))
	assert.Equal(t, want, see(blind, secret.ID, `"User/7/7"`))
	assert.Equal(t, want, see(blind, gone.ID, etag(t, gone)))
	assert.Equal(t, want, see(blind, gone.ID, "*"))
	assert.Equal(t, codes.Aborted, codes.Code(see(t.Context(), secret.ID, tag).Code), "who may see it")
}

func TestStatus_OfOtherErrorsOfEntocc(t *testing.T) {
	client := open(t)
	ctx := t.Context()
	u := client.User.Create().SetName("open").SaveX(ctx)

	state := serve(t, func(ctx context.Context) error {
		return client.User.UpdateOneID(u.ID).IfField(user.Name("closed"), user.Password("hunter2")).SetAge(1).Exec(ctx)
	})
	assert.Equal(t, codes.FailedPrecondition, state.code)
	require.NotNil(t, state.failed)
	assert.Equal(t, fmt.Sprintf("User/%d", u.ID), state.failed.Violations[0].Subject)
	assert.Equal(t, "in another state: name, password", state.failed.Violations[0].Description)
	assert.NotContains(t, fmt.Sprint(state), "open", "what a field holds is not said")

	a, b := client.User.GetX(ctx, u.ID), client.User.Create().SetName("b").SaveX(ctx)
	u.Update().SetAge(3).ExecX(ctx)
	batch := serve(t, func(ctx context.Context) error {
		_, err := client.User.UpdateBulk(a.Update().SetAge(4), b.Update().SetAge(5)).Save(ctx)
		return err
	})
	assert.Equal(t, codes.Aborted, batch.code)
	assert.Equal(t, "1 of 2 user rows were changed or deleted by somebody else since they were read: nothing was written", batch.message)
	require.Len(t, batch.failed.Violations, 1)
	assert.Equal(t, fmt.Sprintf("User/%d", u.ID), batch.failed.Violations[0].Subject)
	assert.Equal(t, "2", batch.info.Metadata["total"])

	for _, row := range []struct {
		err    error
		code   codes.Code
		reason string
	}{
		{entocc.NameCommit(driver.ErrBadConn), codes.Unknown, occgrpc.ReasonUnknown},
		{fmt.Errorf("save: %w", entocc.ErrTxEnded), codes.Unavailable, occgrpc.ReasonBusy},
		{fmt.Errorf("save: %w", privacy.Denyf("no editor")), codes.PermissionDenied, ""},
		{client.User.DeleteOneID(4711).IgnoreVersion().Exec(ctx), codes.NotFound, ""},
	} {
		got := serve(t, func(context.Context) error { return row.err })
		assert.Equal(t, row.code, got.code, row.err)
		assert.Equal(t, row.reason, got.info.GetReason(), row.err)
		assert.NotContains(t, got.message, "editor")
	}
}

// What a transaction wrote, and may never commit, is not returned as an etag.
func TestStatus_InATransactionThatGoesOnHasNoETag(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	tx, err := client.Tx(t.Context())
	require.NoError(t, err)
	tx.User.UpdateOne(u).SetName("uncommitted").ExecX(t.Context())
	err = tx.User.UpdateOneID(u.ID).IfMatch(occgrpc.Expect(etag(t, u))).SetName("x").Exec(t.Context())
	inside := grpcAnswer(t, grpcocc.Error(t.Context(), err))
	assert.Equal(t, codes.Aborted, inside.code)
	assert.Equal(t, map[string]string{"type": "User"}, inside.info.Metadata)

	require.NoError(t, tx.Rollback())
	outside := grpcAnswer(t, grpcocc.Error(t.Context(), err))
	assert.Equal(t, etag(t, u), outside.info.Metadata["etag"], "that of the row, once the transaction has ended")
}

func TestInterceptors_KeepOtherErrors(t *testing.T) {
	for _, err := range []error{errors.New("boom"), context.Canceled, fmt.Errorf("late: %w", context.DeadlineExceeded)} {
		assert.Equal(t, err, grpcocc.Error(t.Context(), err))
		assert.Equal(t, err, connectocc.Error(t.Context(), err))
	}
	assert.NoError(t, grpcocc.Error(t.Context(), nil))
	assert.NoError(t, connectocc.Error(t.Context(), nil))
	own := status.Error(codes.Aborted, "mine")
	assert.Equal(t, own, grpcocc.Error(t.Context(), own))
	mine := connect.NewError(connect.CodeAborted, &entocc.RecordModifiedError{Type: "User"})
	assert.Equal(t, error(mine), connectocc.Error(t.Context(), mine))
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	client := open(t)
	err := client.User.Create().SetName("Ada").Exec(canceled)
	assert.Equal(t, codes.Canceled, overGRPC(t, func(context.Context) error { return err }).code, err)
}
