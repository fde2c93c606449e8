package occgrpc_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/occgrpc"
	"github.com/entocc/entocc/occgrpc/connectocc"
	"github.com/entocc/entocc/occgrpc/grpcocc"
)

// transactions is an interceptor like those of many servers, which does not know about entocc: each call has a
// transaction, in its context. end commits it, or does what a test needs.
func transactions(client *ent.Client, end func(*ent.Tx) error) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		tx, err := client.Tx(ctx)
		if err != nil {
			return nil, err
		}
		rsp, err := handler(ent.NewTxContext(ctx, tx), req)
		if err != nil {
			return nil, errors.Join(err, tx.Rollback())
		}
		if err := end(tx); err != nil {
			return nil, fmt.Errorf("committing: %w", err)
		}
		return rsp, nil
	}
}

// rename is a method that returns the new etag, long before the commit.
func rename(id int, etag string) func(context.Context) (string, error) {
	return func(ctx context.Context) (string, error) {
		u, err := ent.TxFromContext(ctx).User.UpdateOneID(id).IfMatch(occgrpc.Expect(etag)).SetName("mine").Save(ctx)
		if err != nil {
			return "", err
		}
		return occgrpc.ETag(u)
	}
}

// call calls a method over the wire, and returns what the client gets: the etag, or the error.
func call(t *testing.T, do func(context.Context) (string, error), interceptors ...grpc.UnaryServerInterceptor) (string, error) {
	t.Helper()
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(interceptors...))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "test.Test",
		HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "Do", Handler: func(_ any, ctx context.Context, _ func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
			return intercept(ctx, nil, nil, func(ctx context.Context, _ any) (any, error) {
				etag, err := do(ctx)
				return wrapperspb.String(etag), err
			})
		}}},
	}, nil)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	defer conn.Close()
	var etag wrapperspb.StringValue
	err = conn.Invoke(t.Context(), method, &emptypb.Empty{}, &etag)
	return etag.GetValue(), err
}

func commit(tx *ent.Tx) error { return tx.Commit() }

// commitOrphan commits a foreign key violation, which the database detects only at the commit.
func commitOrphan(tx *ent.Tx) error {
	for _, statement := range []string{"PRAGMA defer_foreign_keys = ON", "INSERT INTO cards (number, user_card, version) VALUES ('1', 4711, 1)"} {
		if _, err := tx.ExecContext(context.Background(), statement); err != nil {
			panic(err) // No other error is expected.
		}
	}
	return tx.Commit()
}

// orders are the two orders of the interceptors: entocc's around the transaction, as its docs recommend, and inside it.
func orders(tx grpc.UnaryServerInterceptor) map[string][]grpc.UnaryServerInterceptor {
	return map[string][]grpc.UnaryServerInterceptor{
		"around": {grpcocc.Unary(), tx}, "within": {tx, grpcocc.Unary()}, "both": {grpcocc.Unary(), tx, grpcocc.Unary()},
	}
}

func TestTransaction_SuccessIsCommitted(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	for name, interceptors := range orders(transactions(client, commit)) {
		got, err := call(t, rename(u.ID, etag(t, client.User.GetX(t.Context(), u.ID))), interceptors...)
		require.NoError(t, err, name)
		assert.Equal(t, etag(t, client.User.GetX(t.Context(), u.ID)), got, name)
	}
}

// A call that was not committed does not succeed, and its etag is not returned, however the transaction ended, and in
// either order.
func TestTransaction_ThatDoesNotCommitIsNoSuccess(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	tag := etag(t, u)
	read := client.User.Create().SetName("read").SaveX(t.Context())
	read.Update().SetName("changed since").ExecX(t.Context())
	for _, row := range []struct {
		name   string
		end    func(*ent.Tx) error
		code   codes.Code
		reason string
	}{
		{"the database refuses the COMMIT", commitOrphan, codes.Unknown, ""},
		{"the interceptor rolls back", func(tx *ent.Tx) error {
			return errors.Join(status.Error(codes.ResourceExhausted, "over quota"), tx.Rollback())
		}, codes.ResourceExhausted, ""},
		{"a row that was read has changed", func(tx *ent.Tx) error {
			require.NoError(t, tx.User.VerifyOnCommit(read))
			return tx.Commit()
		}, codes.Aborted, occgrpc.ReasonModified},
		{"the answer of the COMMIT is lost", func(tx *ent.Tx) error {
			return errors.Join(entocc.NameCommit(driver.ErrBadConn), tx.Rollback())
		}, codes.Unknown, occgrpc.ReasonUnknown},
		{"it is over by then", func(tx *ent.Tx) error {
			require.NoError(t, tx.Rollback())
			return tx.Commit()
		}, codes.Unknown, ""},
	} {
		for order, interceptors := range orders(transactions(client, row.end)) {
			got, err := call(t, rename(u.ID, tag), interceptors...)
			require.Error(t, err, "%s, %s", row.name, order)
			assert.Empty(t, got, "%s, %s", row.name, order)
			assert.Equal(t, "Ada", client.User.GetX(t.Context(), u.ID).Name, "%s, %s", row.name, order)
			if a := grpcAnswer(t, err); order != "within" {
				assert.Equal(t, row.code, a.code, "%s, %s: %s", row.name, order, a.message)
				assert.Equal(t, row.reason, a.info.GetReason(), "%s, %s", row.name, order)
			}
		}
	}
}

// A conflict ends the whole transaction, and is ABORTED in either order. Outside the transaction, the interceptor reads
// what is committed.
func TestTransaction_ConflictTakesAlongWhatTheCallHasWritten(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	stale := etag(t, u)
	u = u.Update().SetName("theirs").SaveX(t.Context())
	do := func(ctx context.Context) (string, error) {
		tx := ent.TxFromContext(ctx)
		if err := tx.User.Create().SetName("beside").Exec(ctx); err != nil {
			return "", err
		}
		if err := tx.User.UpdateOneID(u.ID).IfMatch(occgrpc.Expect(etag(t, u))).SetAge(7).Exec(ctx); err != nil {
			return "", err
		}
		return rename(u.ID, stale)(ctx)
	}
	for order, interceptors := range orders(transactions(client, commit)) {
		_, err := call(t, do, interceptors...)
		a := grpcAnswer(t, err)
		assert.Equal(t, codes.Aborted, a.code, "%s: %s", order, a.message)
		if order == "around" {
			assert.Equal(t, etag(t, u), a.info.GetMetadata()["etag"])
		} else {
			assert.NotContains(t, a.info.GetMetadata(), "etag", "%s: the version 3 of the transaction is never committed", order)
		}
		now := client.User.GetX(t.Context(), u.ID)
		assert.Equal(t, [2]any{"theirs", 0}, [2]any{now.Name, now.Age}, order)
		assert.Equal(t, 1, client.User.Query().CountX(t.Context()), order)
	}
}

// An interceptor that turns errors into text hides the details of a conflict, but not that the call failed.
func TestTransaction_InterceptorThatKeepsTextsAloneTakesASecondOne(t *testing.T) {
	client := open(t)
	u := client.User.Create().SetName("Ada").SaveX(t.Context())
	stale := etag(t, u)
	u.Update().SetName("theirs").ExecX(t.Context())
	tx := transactions(client, commit)
	texts := func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		rsp, err := tx(ctx, req, info, handler)
		if _, done := status.FromError(err); !done {
			err = fmt.Errorf("rolled back: %v", err) //nolint:errorlint // that is what it does wrong
		}
		return rsp, err
	}
	_, err := call(t, rename(u.ID, stale), grpcocc.Unary(), texts)
	assert.Equal(t, codes.Unknown, status.Code(err))
	_, err = call(t, rename(u.ID, stale), grpcocc.Unary(), texts, grpcocc.Unary())
	assert.Equal(t, codes.Aborted, status.Code(err))
	assert.Equal(t, "theirs", client.User.GetX(t.Context(), u.ID).Name)
}

// ABORTED says that nothing was written. That is not known if the database refused the ROLLBACK.
func TestTransaction_RefusedRollbackIsAnUnknownOutcome(t *testing.T) {
	refused := entocc.NameCommit(driver.ErrBadConn)
	require.True(t, entocc.IsOutcomeUnknown(refused))
	conflict := &entocc.RecordModifiedError{Type: ent.TypeUser, ID: 7}
	for name, err := range map[string]error{
		"around": conflict, "a status within": grpcocc.Error(t.Context(), conflict), "a method's own status": status.Error(codes.Aborted, "mine"),
	} {
		assert.Equal(t, codes.Unknown, status.Code(grpcocc.Error(t.Context(), errors.Join(err, refused))), name)
	}
	for name, err := range map[string]error{
		"around": conflict, "an error within": connectocc.Error(t.Context(), conflict), "a method's own error": connect.NewError(connect.CodeAborted, errors.New("mine")),
	} {
		assert.Equal(t, connect.CodeUnknown, connect.CodeOf(connectocc.Error(t.Context(), errors.Join(err, refused))), name)
	}
	own := connect.NewError(connect.CodeDataLoss, refused)
	assert.Equal(t, error(own), connectocc.Error(t.Context(), own), "who makes a status of it has decided")
}
