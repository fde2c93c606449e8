// Package connectocc has the interceptor of package occgrpc for servers of connect-go, in each of their three protocols:
//
//	path, handler := userpbconnect.NewUserServiceHandler(server, connect.WithInterceptors(connectocc.Interceptor()))
package connectocc

import (
	"context"
	"errors"

	"connectrpc.com/connect"
	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgrpc"
)

// Interceptor turns the errors of entocc that a method returns into the statuses of [occgrpc.StatusOf], and keeps all others. Where
// methods run in a transaction that another interceptor opens, it goes before that one: it reads the row of a conflict after the
// rollback.
func Interceptor() connect.Interceptor { return interceptor{} }

type interceptor struct{}

// WrapUnary implements connect.Interceptor.
func (interceptor) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if req.Spec().IsClient {
			return next(ctx, req)
		}
		rsp, err := next(ctx, req)
		return rsp, Error(ctx, err)
	}
}

// WrapStreamingClient implements connect.Interceptor. Clients stay as they are.
func (interceptor) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (interceptor) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error { return Error(ctx, next(ctx, conn)) }
}

// Error returns the connect.Error of an error, or the error itself where [occgrpc.StatusOf] has none, or it is one already. An outcome that is
// not known goes over a connect.Error beside it, as of a method whose ROLLBACK was refused: that nothing was written may not be true then.
func Error(ctx context.Context, err error) error {
	var done *connect.Error
	if errors.As(err, &done) && (!entocc.IsOutcomeUnknown(err) || entocc.IsOutcomeUnknown(done)) {
		return err
	}
	s := occgrpc.StatusOf(ctx, err)
	if s == nil {
		return err
	}
	out := connect.NewError(connect.Code(s.Code), errors.New(s.Message)) //nolint:gosec // a code is between 0 and 16
	for _, d := range s.Details {
		if detail, err := connect.NewErrorDetail(d); err == nil {
			out.AddDetail(detail)
		}
	}
	return out
}
