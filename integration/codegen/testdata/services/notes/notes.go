// Package notes serves notes with entproto's generated service, guarded.
package notes

import (
	"context"

	"fixtures/ent"
	"fixtures/ent/hook"
	"fixtures/ent/proto/entpb"
)

// Server is the service that entproto generates, with a hand-written Update: the generated one writes by ID, without a version.
type Server struct {
	*entpb.NoteService
	client *ent.Client
}

// NewServer makes the client's new rows begin at version 1: the generated Create lets its caller choose the version.
func NewServer(client *ent.Client) *Server {
	client.Note.Use(hook.On(func(next ent.Mutator) ent.Mutator {
		return hook.NoteFunc(func(ctx context.Context, m *ent.NoteMutation) (ent.Value, error) {
			m.SetVersion(1)
			return next.Mutate(ctx, m)
		})
	}, ent.OpCreate))
	return &Server{entpb.NewNoteService(client), client}
}

// Update expects the version of the message. grpcocc.Unary makes the status of a conflict.
func (s *Server) Update(ctx context.Context, r *entpb.UpdateNoteRequest) (*entpb.Note, error) {
	in := r.GetNote()
	n, err := s.client.Note.UpdateOneID(int(in.GetId())).IfVersion(in.GetVersion()).SetTitle(in.GetTitle()).Save(ctx)
	if err != nil {
		return nil, err
	}
	return &entpb.Note{Id: int64(n.ID), Title: n.Title, Version: n.Version}, nil
}
