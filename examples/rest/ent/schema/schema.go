// Package schema holds what the API serves: projects, and the tasks in them.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Project is a resource whose client chooses the ID, as in PUT /projects/apollo. Its version is a random token: a counter
// would begin at 1 again when the project is deleted and created again under its old ID, and the tag of the old project
// would match the new one.
type Project struct{ ent.Schema }

// Mixin of the Project.
func (Project) Mixin() []ent.Mixin { return []ent.Mixin{mixin.TokenVersion{}} }

// Fields of the Project.
func (Project) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().MaxLen(64),
		field.String("name").NotEmpty().MaxLen(200),
		field.Text("description").Default(""),
		field.Int("points").Default(0),
	}
}

// Edges of the Project.
func (Project) Edges() []ent.Edge {
	return []ent.Edge{edge.To("tasks", Task.Type).Annotations(entsql.OnDelete(entsql.Cascade))}
}

// Task is a nested resource, with an ID that the server chooses. What happens to a task bumps the version of its
// project too: a DELETE of the project deletes its tasks, and must not delete one that its client has never seen.
//
// A task knows who changed it last, and when. A project could not say so in a column, because a task may have bumped its version.
type Task struct{ ent.Schema }

// Mixin of the Task.
func (Task) Mixin() []ent.Mixin {
	return []ent.Mixin{mixin.TokenVersion{Touch: []string{"project"}}}
}

// Fields of the Task.
func (Task) Fields() []ent.Field {
	return []ent.Field{
		field.String("title").NotEmpty().MaxLen(200),
		field.Bool("done").Default(false),
		field.String("project_id").Immutable(),
		field.String("changed_by").Optional(),
		field.Time("changed_at").Optional().Nillable().Default(time.Now).UpdateDefault(time.Now),
	}
}

// Edges of the Task.
func (Task) Edges() []ent.Edge {
	return []ent.Edge{edge.From("project", Project.Type).Ref("tasks").Field("project_id").Unique().Required().Immutable()}
}
