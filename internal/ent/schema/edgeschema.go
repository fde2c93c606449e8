package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"github.com/entocc/entocc/mixin"
)

// Tweet is liked by users.
type Tweet struct{ ent.Schema }

// Fields of the Tweet.
func (Tweet) Fields() []ent.Field { return []ent.Field{field.String("text")} }

// Edges of the Tweet.
func (Tweet) Edges() []ent.Edge {
	return []ent.Edge{edge.From("likers", User.Type).Ref("liked").Through("likes", Like.Type)}
}

// Like is an edge schema with a composite ID and additional fields.
type Like struct{ ent.Schema }

// Annotations of the Like.
func (Like) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("user_id", "tweet_id")}
}

// Mixin of the Like.
func (Like) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Like.
func (Like) Fields() []ent.Field {
	return []ent.Field{
		field.Int("user_id"),
		field.Int("tweet_id"),
		field.Time("liked_at").Default(time.Now),
		field.String("mood").Optional(),
	}
}

// Edges of the Like.
func (Like) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Unique().Required().Field("user_id"),
		edge.To("tweet", Tweet.Type).Unique().Required().Field("tweet_id"),
	}
}

// Team has members.
type Team struct{ ent.Schema }

// Fields of the Team.
func (Team) Fields() []ent.Field { return []ent.Field{field.String("name")} }

// Edges of the Team.
func (Team) Edges() []ent.Edge {
	return []ent.Edge{edge.From("members", User.Type).Ref("teams").Through("memberships", Membership.Type)}
}

// Membership is an edge schema with a composite ID and no additional field except the version.
type Membership struct{ ent.Schema }

// Annotations of the Membership.
func (Membership) Annotations() []schema.Annotation {
	return []schema.Annotation{field.ID("user_id", "team_id")}
}

// Mixin of the Membership.
func (Membership) Mixin() []ent.Mixin { return []ent.Mixin{mixin.Version{}} }

// Fields of the Membership.
func (Membership) Fields() []ent.Field {
	return []ent.Field{field.Int("user_id"), field.Int("team_id")}
}

// Edges of the Membership.
func (Membership) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("user", User.Type).Unique().Required().Field("user_id"),
		edge.To("team", Team.Type).Unique().Required().Field("team_id"),
	}
}
