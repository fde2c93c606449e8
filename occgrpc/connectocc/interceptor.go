// Package connectocc has the interceptor of package occgrpc for servers of connect-go, in each of their three
// protocols:
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

// Interceptor turns the errors of entocc that a method returns into the statuses of [occgrpc.StatusOf], and leaves all
// others unchanged. If methods run in a transaction that another interceptor opens, put this one before it, so that it
// reads the row of a conflict after the rollback.
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

// WrapStreamingClient implements connect.Interceptor. Clients are unchanged.
func (interceptor) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements connect.Interceptor.
func (interceptor) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error { return Error(ctx, next(ctx, conn)) }
}

// Error returns the connect.Error for an error, or the error itself if [occgrpc.StatusOf] has none for it, or it
// already is one. An unknown outcome takes precedence over a connect.Error in the same error, for example of a method
// whose ROLLBACK was refused: it may then not be true that nothing was written.
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
