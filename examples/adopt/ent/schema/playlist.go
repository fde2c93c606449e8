package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
)

// Playlist is a named selection of tracks.
type Playlist struct{ versioned }

// Annotations of the Playlist.
func (Playlist) Annotations() []schema.Annotation { return table("Playlist") }

// Fields of the Playlist.
func (Playlist) Fields() []ent.Field {
	return []ent.Field{
		id("PlaylistId"),
		optionalText("name", "Name", 120),
	}
}

// Edges of the Playlist.
func (Playlist) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("tracks", Track.Type).Through("playlist_tracks", PlaylistTrack.Type),
	}
}

// PlaylistTrack says that a track is on a playlist. Its two foreign keys are its primary key.
type PlaylistTrack struct{ versioned }

// Annotations of the PlaylistTrack.
func (PlaylistTrack) Annotations() []schema.Annotation {
	return []schema.Annotation{
		entsql.Annotation{Table: "PlaylistTrack"},
		field.ID("PlaylistId", "TrackId"),
	}
}

// Fields of the PlaylistTrack. They have the names of their columns, because for the columns of an edge through an edge
// schema ent takes the names of the fields, not their storage keys.
func (PlaylistTrack) Fields() []ent.Field {
	return []ent.Field{
		number("PlaylistId", "PlaylistId"),
		number("TrackId", "TrackId"),
	}
}

// Edges of the PlaylistTrack.
func (PlaylistTrack) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("playlist", Playlist.Type).Unique().Required().Field("PlaylistId"),
		edge.To("track", Track.Type).Unique().Required().Field("TrackId"),
	}
}
