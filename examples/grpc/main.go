// Command grpc serves users over Connect and gRPC, with etags (AIP-154) and update masks (AIP-134). Two clients, one of connect-go and
// one of grpc-go, edit the same user: the second one gets a conflict, and what the first one wrote is kept.
//
//	go run ./examples/grpc
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"

	"connectrpc.com/connect"
	"entgo.io/ent/dialect"
	_ "github.com/mattn/go-sqlite3"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/entocc/entocc/examples/ent"
	_ "github.com/entocc/entocc/examples/ent/runtime"
	"github.com/entocc/entocc/examples/grpc/userpb"
	"github.com/entocc/entocc/examples/grpc/userpb/userpbconnect"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// serve starts a server on loopback that speaks HTTP/2 without TLS, which gRPC clients need.
func serve(client *ent.Client) *httptest.Server {
	s := httptest.NewUnstartedServer(handler(client))
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	return s
}

func run(ctx context.Context, out io.Writer) error {
	client, err := ent.Open(dialect.SQLite, "file:grpc?mode=memory&cache=shared&_fk=1")
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Schema.Create(ctx); err != nil {
		return err
	}
	s := serve(client)
	defer s.Close()

	ada := userpbconnect.NewUserServiceClient(s.Client(), s.URL)
	conn, err := grpc.NewClient(s.Listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	return collide(ctx, out, ada, userpb.NewUserServiceClient(conn))
}

// collide lets two clients edit one user.
func collide(ctx context.Context, out io.Writer, ada userpbconnect.UserServiceClient, bob userpb.UserServiceClient) error {
	created, err := ada.CreateUser(ctx, connect.NewRequest(&userpb.CreateUserRequest{User: &userpb.User{FullName: "Ada", Email: "ada@example.org"}}))
	if err != nil {
		return err
	}
	seen := created.Msg
	fmt.Fprintf(out, "both see %s with etag %s\n", seen.Name, seen.Etag)

	saved, err := ada.UpdateUser(ctx, connect.NewRequest(&userpb.UpdateUserRequest{
		User:       &userpb.User{Name: seen.Name, Etag: seen.Etag, FullName: "Ada Lovelace"},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"full_name"}},
	}))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Ada saves the name: etag %s\n", saved.Msg.Etag)

	phone := &userpb.UpdateUserRequest{
		User:       &userpb.User{Name: seen.Name, Etag: seen.Etag, Phone: "+44 20 7946 0000"},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"phone"}},
	}
	_, err = bob.UpdateUser(ctx, phone)
	tell(out, err)

	// Bob's mask does not overlap with the change that he has not seen, so he can leave out the etag.
	phone.User.Etag = ""
	merged, err := bob.UpdateUser(ctx, phone)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "without an etag: %s, %s, %s\n", merged.FullName, merged.Phone, merged.Etag)

	_, err = bob.DeleteUser(ctx, &userpb.DeleteUserRequest{Name: seen.Name})
	tell(out, err)
	_, err = bob.UpdateUser(ctx, &userpb.UpdateUserRequest{User: &userpb.User{Name: seen.Name}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"nickname"}}})
	tell(out, err)
	return nil
}

// tell prints a status as a client in any language reads it.
func tell(out io.Writer, err error) {
	s, _ := status.FromError(err)
	fmt.Fprintf(out, "Bob gets %v: %s\n", s.Code(), s.Message())
	for _, d := range s.Details() {
		if info, ok := d.(*errdetails.ErrorInfo); ok && info.Metadata["etag"] != "" {
			fmt.Fprintf(out, "  %s: expected %s, now %s\n", info.Reason, info.Metadata["expected_etag"], info.Metadata["etag"])
		}
	}
}
