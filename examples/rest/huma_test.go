//go:build everything

package main

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/entocc/entocc/examples/rest/ent"
	"github.com/entocc/entocc/occhttp"
)

// humaError is a problem as an error for huma, with a status and the media type of its body.
type humaError struct{ *occhttp.Problem }

// GetStatus implements huma.StatusError.
func (p humaError) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p humaError) ContentType(string) string { return "application/problem+json" }

type humaRequest struct{}

type humaInput struct {
	ID string `path:"id"`
}

type humaOutput struct {
	ETag string `header:"ETag"`
}

// huma passes its handlers the context of a request, but occhttp needs the request, so a middleware puts it into the context.
func init() {
	routers["huma"] = func(client *ent.Client) http.Handler {
		mux := http.NewServeMux()
		api := humago.New(mux, huma.DefaultConfig("projects", "1"))
		api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) {
			r, _ := humago.Unwrap(ctx)
			next(huma.WithValue(ctx, humaRequest{}, r))
		})
		put := huma.Operation{OperationID: "rename", Method: http.MethodPut, Path: "/projects/{id}", DefaultStatus: http.StatusOK}
		huma.Register(api, put, func(ctx context.Context, in *humaInput) (*humaOutput, error) {
			r, _ := ctx.Value(humaRequest{}).(*http.Request)
			p, err := client.Project.UpdateOneID(in.ID).IfMatch(occhttp.IfMatch(r)).SetName("mine").Save(ctx)
			if err != nil {
				return nil, humaError{occhttp.ProblemOf(r, err)}
			}
			return &humaOutput{ETag: tagText(p)}, nil
		})
		huma.Put(api, "/forgetful", func(ctx context.Context, _ *struct{}) (*struct{}, error) {
			return nil, client.Project.Update().AddPoints(1).Exec(ctx)
		})
		return occhttp.Middleware()(mux)
	}
}
