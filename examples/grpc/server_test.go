package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"connectrpc.com/connect"
	"entgo.io/ent/dialect"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/entocc/entocc/examples/ent"
	"github.com/entocc/entocc/examples/grpc/userpb"
	"github.com/entocc/entocc/examples/grpc/userpb/userpbconnect"
)

var load = flag.Duration("load", time.Second, "how long the load test runs")

// service starts a server on its own database.
func service(t *testing.T) (url, address string, client *ent.Client) {
	t.Helper()
	client, err := ent.Open(dialect.SQLite, "file:"+filepath.Join(t.TempDir(), "users.db")+"?_fk=1&_journal_mode=WAL&_busy_timeout=10000&_txlock=immediate")
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))
	s := serve(client)
	t.Cleanup(s.Close)
	return s.URL, s.Listener.Addr().String(), client
}

// edit is a call of UpdateUser by some client. It returns the new etag.
type edit func(ctx context.Context, u *userpb.User, paths ...string) (*userpb.User, error)

func grpcEdit(t *testing.T, address string) edit {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, conn.Close()) })
	client := userpb.NewUserServiceClient(conn)
	return func(ctx context.Context, u *userpb.User, paths ...string) (*userpb.User, error) {
		return client.UpdateUser(ctx, request(u, paths))
	}
}

// connectEdit uses Connect's own protocol over HTTP/1, or gRPC over HTTP/2 without TLS.
func connectEdit(url string, opts ...connect.ClientOption) edit {
	transport := &http.Transport{MaxIdleConnsPerHost: 16}
	if len(opts) > 0 {
		transport.Protocols = new(http.Protocols)
		transport.Protocols.SetUnencryptedHTTP2(true)
	}
	client := userpbconnect.NewUserServiceClient(&http.Client{Transport: transport}, url, opts...)
	return func(ctx context.Context, u *userpb.User, paths ...string) (*userpb.User, error) {
		rsp, err := client.UpdateUser(ctx, connect.NewRequest(request(u, paths)))
		if err != nil {
			return nil, status.Error(codes.Code(connect.CodeOf(err)), err.Error()) //nolint:gosec // a code is between 0 and 16
		}
		return rsp.Msg, nil
	}
}

func request(u *userpb.User, paths []string) *userpb.UpdateUserRequest {
	r := &userpb.UpdateUserRequest{User: u}
	if len(paths) > 0 {
		r.UpdateMask = &fieldmaskpb.FieldMask{Paths: paths}
	}
	return r
}

// The mask decides which fields are set, and never whether the etag is compared (AIP-134).
func TestUpdateUser_SetsTheFieldsOfItsMask(t *testing.T) {
	url, address, client := service(t)
	ctx := t.Context()
	for name, update := range map[string]edit{"grpc-go": grpcEdit(t, address), "Connect": connectEdit(url), "gRPC by connect-go": connectEdit(url, connect.WithGRPC())} {
		u := client.User.Create().SetName("Ada").SetEmail("ada@example.org").SetPhone("1").SaveX(ctx)
		resource := "users/" + strconv.Itoa(u.ID)
		full := &userpb.User{Name: resource, FullName: "Augusta", Email: "a@example.org", Status: "suspended"}

		got, err := update(ctx, full, "full_name", "status", "name")
		require.NoError(t, err, name)
		assert.Equal(t, [4]string{"Augusta", "ada@example.org", "1", "active"}, [4]string{got.FullName, got.Email, got.Phone, got.Status}, "%s: only what the mask names, and never output-only fields", name)
		got, err = update(ctx, full)
		require.NoError(t, err, name)
		assert.Equal(t, [2]string{"a@example.org", "1"}, [2]string{got.Email, got.Phone}, "%s: without a mask, the populated fields are set", name)
		got, err = update(ctx, full, "*")
		require.NoError(t, err, name)
		assert.Empty(t, got.Phone, "%s: * sets everything", name)

		full.Etag = fmt.Sprintf(`"User/%d/1"`, u.ID)
		for _, paths := range [][]string{nil, {"*"}, {"phone"}, {"etag", "phone"}} {
			_, err = update(ctx, full, paths...)
			assert.Equal(t, codes.Aborted, status.Code(err), "%s: %v", name, paths)
		}
		full.Etag = ""
		for _, path := range []string{"nickname", "*.x", "full_name.x", "", "user.full_name", "FULL_NAME"} {
			_, err = update(ctx, full, "phone", path)
			assert.Equal(t, codes.InvalidArgument, status.Code(err), "%s: %s", name, path)
		}
		for _, wrong := range []string{"users/x", "7", ""} {
			_, err = update(ctx, &userpb.User{Name: wrong, Phone: "1"})
			assert.Equal(t, codes.InvalidArgument, status.Code(err), "%s: %s", name, wrong)
		}
		_, err = update(ctx, &userpb.User{Name: "users/4711", Phone: "1"})
		assert.Equal(t, codes.NotFound, status.Code(err), name)
		assert.Equal(t, int64(4), client.User.GetX(ctx, u.ID).Version, name)
	}
}

// Sixteen clients of three kinds increment counters in fifty rows. In the end the rows have every increment that was reported as saved.
//
//	go test ./examples/grpc -run Load -v -args -load 30s
func TestLoad_NoUpdateIsLost(t *testing.T) {
	url, address, client := service(t)
	const rows, clients = 50, 16
	for range rows {
		client.User.Create().SetName("0").SetEmail("x").ExecX(t.Context())
	}
	kinds := []edit{grpcEdit(t, address), connectEdit(url), connectEdit(url, connect.WithGRPC())}
	var acknowledged [rows + 1]atomic.Int64
	var conflicts atomic.Int64
	ctx, cancel := context.WithTimeout(t.Context(), *load)
	defer cancel()
	var wg sync.WaitGroup
	for i := range clients {
		wg.Go(func() {
			for id := i + 1; ctx.Err() == nil; id = id%rows + 1 {
				u := client.User.GetX(t.Context(), id)
				n, err := strconv.Atoi(u.Name)
				if !assert.NoError(t, err) {
					return
				}
				// A call that was begun is completed: an interrupted one may have been applied.
				_, err = kinds[i%len(kinds)](t.Context(), &userpb.User{
					Name: "users/" + strconv.Itoa(id), Etag: fmt.Sprintf(`"User/%d/%d"`, id, u.Version), FullName: strconv.Itoa(n + 1),
				})
				switch status.Code(err) {
				case codes.OK:
					acknowledged[id].Add(1)
				case codes.Aborted:
					conflicts.Add(1)
				default:
					assert.NoError(t, err)
				}
			}
		})
	}
	wg.Wait()
	saved := int64(0)
	for _, u := range client.User.Query().AllX(t.Context()) {
		n := acknowledged[u.ID].Load()
		saved += n
		assert.Equal(t, strconv.FormatInt(n, 10), u.Name, "row %d", u.ID)
		assert.Equal(t, n+1, u.Version, "row %d", u.ID)
	}
	assert.Positive(t, saved)
	t.Logf("%d clients, %d rows, %v: %d saved, %d conflicts", clients, rows, *load, saved, conflicts.Load())
}
