package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
)

// Artist recorded albums.
type Artist struct{ versioned }

// Annotations of the Artist.
func (Artist) Annotations() []schema.Annotation { return table("Artist") }

// Fields of the Artist.
func (Artist) Fields() []ent.Field {
	return []ent.Field{
		id("ArtistId"),
		optionalText("name", "Name", 120),
	}
}

// Edges of the Artist.
func (Artist) Edges() []ent.Edge {
	return []ent.Edge{edge.To("albums", Album.Type)}
}

// Album is a record of one artist.
type Album struct{ versioned }

// Annotations of the Album.
func (Album) Annotations() []schema.Annotation { return table("Album") }

// Fields of the Album.
func (Album) Fields() []ent.Field {
	return []ent.Field{
		id("AlbumId"),
		text("title", "Title", 160),
		number("artist_id", "ArtistId"),
	}
}

// Edges of the Album.
func (Album) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("artist", Artist.Type).Ref("albums").Unique().Required().Field("artist_id"),
		edge.To("tracks", Track.Type),
	}
}

// Genre is a kind of music.
type Genre struct{ versioned }

// Annotations of the Genre.
func (Genre) Annotations() []schema.Annotation { return table("Genre") }

// Fields of the Genre.
func (Genre) Fields() []ent.Field {
	return []ent.Field{
		id("GenreId"),
		optionalText("name", "Name", 120),
	}
}

// Edges of the Genre.
func (Genre) Edges() []ent.Edge {
	return []ent.Edge{edge.To("tracks", Track.Type)}
}

// MediaType is the format that a track is sold in.
type MediaType struct{ versioned }

// Annotations of the MediaType.
func (MediaType) Annotations() []schema.Annotation { return table("MediaType") }

// Fields of the MediaType.
func (MediaType) Fields() []ent.Field {
	return []ent.Field{
		id("MediaTypeId"),
		optionalText("name", "Name", 120),
	}
}

// Edges of the MediaType.
func (MediaType) Edges() []ent.Edge {
	return []ent.Edge{edge.To("tracks", Track.Type)}
}

// Track is what the shop sells.
type Track struct{ versioned }

// Annotations of the Track.
func (Track) Annotations() []schema.Annotation { return table("Track") }

// Fields of the Track.
func (Track) Fields() []ent.Field {
	return []ent.Field{
		id("TrackId"),
		text("name", "Name", 200),
		optionalNumber("album_id", "AlbumId"),
		number("media_type_id", "MediaTypeId"),
		optionalNumber("genre_id", "GenreId"),
		optionalText("composer", "Composer", 220),
		number("milliseconds", "Milliseconds"),
		optionalNumber("bytes", "Bytes"),
		money("unit_price", "UnitPrice"),
	}
}

// Edges of the Track.
func (Track) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("album", Album.Type).Ref("tracks").Unique().Field("album_id"),
		edge.From("media_type", MediaType.Type).Ref("tracks").Unique().Required().Field("media_type_id"),
		edge.From("genre", Genre.Type).Ref("tracks").Unique().Field("genre_id"),
		edge.From("playlists", Playlist.Type).Ref("tracks").Through("playlist_tracks", PlaylistTrack.Type),
		edge.To("invoice_lines", InvoiceLine.Type),
	}
}
