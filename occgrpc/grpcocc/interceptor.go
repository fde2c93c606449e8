// Package grpcocc has the interceptors of package occgrpc for servers of grpc-go:
//
//	server := grpc.NewServer(
//		grpc.ChainUnaryInterceptor(grpcocc.Unary()),
//		grpc.ChainStreamInterceptor(grpcocc.Stream()),
//	)
package grpcocc

import (
	"context"

	"github.com/entocc/entocc/occgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
)

// Unary turns the errors of entocc that a method returns into the statuses of [occgrpc.StatusOf], and keeps all others. Where methods
// run in a transaction that another interceptor opens, it goes before that one: it reads the row of a conflict after the rollback.
func Unary() grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		rsp, err := handler(ctx, req)
		return rsp, Error(ctx, err)
	}
}

// Stream is [Unary] for methods that stream.
func Stream() grpc.StreamServerInterceptor {
	return func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		return Error(stream.Context(), handler(srv, stream))
	}
}

// Error returns the status of an error, or the error itself where [occgrpc.StatusOf] has none, or it has a status already.
func Error(ctx context.Context, err error) error {
	if _, done := status.FromError(err); done {
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
