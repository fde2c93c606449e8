package notes_test

import (
	"fmt"
	"math"
	"net"
	"path/filepath"
	"testing"

	"github.com/entocc/entocc/occgrpc"
	"github.com/entocc/entocc/occgrpc/grpcocc"
	_ "github.com/mattn/go-sqlite3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	"fixtures/ent"
	"fixtures/ent/proto/entpb"
	_ "fixtures/ent/runtime"
	"fixtures/notes"
)

func open(t *testing.T) *ent.Client {
	t.Helper()
	client, err := ent.Open("sqlite3", "file:"+filepath.Join(t.TempDir(), "notes.db")+"?_fk=1")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.Schema.Create(t.Context()))
	return client
}

// serve returns a client of the service on a real listener.
func serve(t *testing.T, service entpb.NoteServiceServer) entpb.NoteServiceClient {
	t.Helper()
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(grpcocc.Unary()))
	entpb.RegisterNoteServiceServer(server, service)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return entpb.NewNoteServiceClient(conn)
}

func create(version int64) *entpb.CreateNoteRequest {
	return &entpb.CreateNoteRequest{Note: &entpb.Note{Title: "before", Version: version}}
}

// entproto's generated code turns each error into a status itself, so no interceptor sees it.
func TestService_UpdateAndDeleteAreRefused(t *testing.T) {
	client := open(t)
	c := serve(t, entpb.NewNoteService(client))
	n, err := c.Create(t.Context(), create(1))
	require.NoError(t, err)

	_, err = c.Update(t.Context(), &entpb.UpdateNoteRequest{Note: &entpb.Note{Id: n.Id, Title: "mine", Version: 1}})
	assert.Equal(t, codes.Internal, status.Code(err), err)
	assert.Contains(t, err.Error(), "a write by ID says nothing about the version")
	_, err = c.Delete(t.Context(), &entpb.DeleteNoteRequest{Id: n.Id})
	assert.Equal(t, codes.Internal, status.Code(err), err)
	got, err := c.Get(t.Context(), &entpb.GetNoteRequest{Id: n.Id})
	require.NoError(t, err)
	assert.Equal(t, [2]any{"before", int64(1)}, [2]any{got.Title, got.Version})
}

func TestService_CreateHasItsCallerChooseTheVersion(t *testing.T) {
	client := open(t)
	n, err := serve(t, entpb.NewNoteService(client)).Create(t.Context(), create(math.MaxInt64))
	require.NoError(t, err)
	err = client.Note.GetX(t.Context(), int(n.Id)).Update().SetTitle("after").Exec(t.Context())
	assert.True(t, ent.IsVersionError(err), "the row can't be saved: %v", err)

	c := serve(t, notes.NewServer(client))
	n, err = c.Create(t.Context(), create(math.MaxInt64))
	require.NoError(t, err)
	assert.EqualValues(t, 1, n.Version)
	batch, err := c.BatchCreate(t.Context(), &entpb.BatchCreateNotesRequest{Requests: []*entpb.CreateNoteRequest{create(7)}})
	require.NoError(t, err)
	assert.EqualValues(t, 1, client.Note.GetX(t.Context(), int(batch.Notes[0].Id)).Version)
}

func TestServer_TheSecondOfTwoIsAborted(t *testing.T) {
	client := open(t)
	c := serve(t, notes.NewServer(client))
	read, err := c.Create(t.Context(), create(0))
	require.NoError(t, err)
	update := func(title string, version int64) (*entpb.Note, error) {
		return c.Update(t.Context(), &entpb.UpdateNoteRequest{Note: &entpb.Note{Id: read.Id, Title: title, Version: version}})
	}
	first, err := update("ann's", read.Version)
	require.NoError(t, err)
	for _, version := range []int64{read.Version, 0, -1} {
		_, err = update("bob's", version)
		s, _ := status.FromError(err)
		require.Equal(t, codes.Aborted, s.Code(), err)
		info, ok := s.Details()[0].(*errdetails.ErrorInfo)
		require.True(t, ok, s.Details())
		assert.Equal(t, occgrpc.ReasonModified, info.Reason)
		assert.Equal(t, fmt.Sprintf(`"Note/%d/2"`, read.Id), info.Metadata["etag"])
	}
	now, err := c.Get(t.Context(), &entpb.GetNoteRequest{Id: read.Id})
	require.NoError(t, err)
	assert.Equal(t, [2]any{"ann's", first.Version}, [2]any{now.Title, now.Version})
	_, err = update("both", now.Version)
	require.NoError(t, err)
	_, err = update("nobody's", 2)
	assert.Equal(t, codes.Aborted, status.Code(err))
	assert.Equal(t, "both", client.Note.GetX(t.Context(), int(read.Id)).Title)
}
