package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/entocc/entocc/examples/ent"
	"github.com/entocc/entocc/examples/grpc/userpb"
	"github.com/entocc/entocc/examples/grpc/userpb/userpbconnect"
	"github.com/entocc/entocc/occgrpc"
	"github.com/entocc/entocc/occgrpc/connectocc"
)

// server serves the users of a database.
type server struct{ client *ent.Client }

// handler speaks gRPC, gRPC-Web and Connect.
func handler(client *ent.Client) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(userpbconnect.NewUserServiceHandler(&server{client}, connect.WithInterceptors(connectocc.Interceptor())))
	return mux
}

// CreateUser has no etag to check.
func (s *server) CreateUser(ctx context.Context, r *connect.Request[userpb.CreateUserRequest]) (*connect.Response[userpb.User], error) {
	in := r.Msg.GetUser()
	u, err := s.client.User.Create().SetName(in.GetFullName()).SetEmail(in.GetEmail()).SetPhone(in.GetPhone()).Save(ctx)
	return response(u, err)
}

// GetUser returns the etag that updates send back.
func (s *server) GetUser(ctx context.Context, r *connect.Request[userpb.GetUserRequest]) (*connect.Response[userpb.User], error) {
	id, err := idOf(r.Msg.GetName())
	if err != nil {
		return nil, err
	}
	u, err := s.client.User.Get(ctx, id)
	return response(u, err)
}

// UpdateUser sets the fields of the mask if the row still has the etag. A client without an etag overwrites the fields
// of its mask, whoever wrote them last, and leaves the others alone.
func (s *server) UpdateUser(ctx context.Context, r *connect.Request[userpb.UpdateUserRequest]) (*connect.Response[userpb.User], error) {
	in := r.Msg.GetUser()
	id, err := idOf(in.GetName())
	if err != nil {
		return nil, err
	}
	mask, err := occgrpc.NewMask(in, r.Msg.GetUpdateMask(), occgrpc.OutputOnly("status"))
	if err != nil {
		return nil, err
	}
	update := s.client.User.UpdateOneID(id).IfMatch(occgrpc.ExpectIfSent(in.GetEtag()))
	if mask.Has("full_name") {
		update.SetName(in.GetFullName())
	}
	if mask.Has("email") {
		update.SetEmail(in.GetEmail())
	}
	if mask.Has("phone") {
		update.SetPhone(in.GetPhone())
	}
	u, err := update.Save(ctx)
	return response(u, err)
}

// DeleteUser requires the etag: what is deleted can't be compared afterwards.
func (s *server) DeleteUser(ctx context.Context, r *connect.Request[userpb.DeleteUserRequest]) (*connect.Response[emptypb.Empty], error) {
	id, err := idOf(r.Msg.GetName())
	if err != nil {
		return nil, err
	}
	if err := s.client.User.DeleteOneID(id).IfMatch(occgrpc.Expect(r.Msg.GetEtag())).Exec(ctx); err != nil {
		return nil, err
	}
	return connect.NewResponse(&emptypb.Empty{}), nil
}

func response(u *ent.User, err error) (*connect.Response[userpb.User], error) {
	if err != nil {
		return nil, err
	}
	etag, err := occgrpc.ETag(u)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&userpb.User{
		Name: "users/" + strconv.Itoa(u.ID), FullName: u.Name, Email: u.Email, Phone: u.Phone, Status: u.Status, Etag: etag,
	}), nil
}

// idOf reads a resource name.
func idOf(name string) (int, error) {
	text, ok := strings.CutPrefix(name, "users/")
	id, err := strconv.Atoi(text)
	if !ok || err != nil {
		return 0, connect.NewError(connect.CodeInvalidArgument, &nameError{name})
	}
	return id, nil
}

type nameError struct{ name string }

// Error quotes the name that was sent.
func (e *nameError) Error() string {
	return strconv.Quote(e.name) + ` is not the name of a user, such as "users/7"`
}
