// Package grpcocc has the interceptors of package occgrpc for servers of grpc-go:
//
//	server := grpc.NewServer(
//		grpc.ChainUnaryInterceptor(grpcocc.Unary()),
//		grpc.ChainStreamInterceptor(grpcocc.Stream()),
//	)
package grpcocc

import (
	"context"
	"errors"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/occgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

// Unary turns the errors of entocc that a method returns into the statuses of [occgrpc.StatusOf], and leaves all others
// unchanged. If methods run in a transaction that another interceptor opens, put this one before it, so that it reads
// the row of a conflict after the rollback.
func Unary() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		rsp, err := handler(ctx, req)
		return rsp, Error(ctx, err)
	}
}

// Stream is [Unary] for streaming methods.
func Stream() grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		return Error(stream.Context(), handler(srv, stream))
	}
}

// Error returns the status for an error, or the error itself if [occgrpc.StatusOf] has none for it, or it already has a
// status. An unknown outcome takes precedence over a status in the same error, for example of a method whose ROLLBACK
// was refused: it may then not be true that nothing was written.
func Error(ctx context.Context, err error) error {
	if _, done := status.FromError(err); done && !unknownBeside(err) {
		return err
	}
	s := occgrpc.StatusOf(ctx, err)
	if s == nil {
		return err
	}
	details := make([]protoadapt.MessageV1, len(s.Details))
	for i, d := range s.Details {
		details[i] = protoadapt.MessageV1Of(d)
	}
	plain := status.New(codes.Code(s.Code), s.Message) //nolint:gosec // a code is between 0 and 16
	if detailed, err := plain.WithDetails(details...); err == nil {
		return detailed.Err()
	}
	return plain.Err()
}

// unknownBeside reports an unknown outcome in err from which its status was not made.
func unknownBeside(err error) bool {
	var own interface {
		error
		GRPCStatus() *status.Status
	}
	return entocc.IsOutcomeUnknown(err) && (!errors.As(err, &own) || !entocc.IsOutcomeUnknown(own))
}
