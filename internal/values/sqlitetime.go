package values

import (
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
)

// SQLite has no times. A row holds a text or an integer, in the notation of its writer, and each driver reads it in its own
// way: to mattn's driver, a text without a zone is in UTC; to modernc's, it is in the zone of the option _timezone. So a time
// is compared with the notations that stand for it in any case, and with the driver's own if that is exact.

// sqliteGivenTime compares with a time that was given to a new row: it is there as the driver wrote it, with or without
// its zone and its fractions.
func (c *comparison) sqliteGivenTime(b *sql.Builder, t time.Time) {
	b.WriteString(c.ident + " IN (").Arg(t)
	c.list(b, zonedTexts(t))
	b.WriteString(")")
}

// sqliteReadTime compares with a time that was read. The driver may drop its zone or its fractions (modernc's
// _time_format=datetime and _time_integer_format), so that what it sends counts only if it is exact.
func (c *comparison) sqliteReadTime(b *sql.Builder, t time.Time) {
	texts := zonedTexts(t)
	if _, offset := t.Zone(); offset == 0 {
		texts = append(texts, plainTexts(t.UTC())...)
	}
	b.WriteString("(" + c.ident + " IN (").Arg(texts[0])
	c.list(b, texts[1:])
	b.WriteString(") OR " + c.ident + " = ").Arg(t).WriteString(" AND " + c.ident + " IN (").Arg(t.UnixNano())
	c.list(b, ownNotations(t))
	// In modernc's default notation, that of [time.Time.String], the text of time.Now ends with a reading of the monotonic clock.
	b.WriteString(") OR INSTR(" + c.ident + ", ").Arg(t).WriteString(" || ' m=') = 1)")
}

// list adds arguments to a list that has one.
func (c *comparison) list(b *sql.Builder, args []any) {
	for _, arg := range args {
		b.Comma().Arg(arg)
	}
}

// ownNotations returns what only some drivers write, and read back, for exactly this time.
func ownNotations(t time.Time) (own []any) {
	if t.Nanosecond()%int(time.Microsecond) == 0 {
		own = append(own, t.UnixMicro())
	}
	if t.Nanosecond()%int(time.Millisecond) == 0 {
		own = append(own, t.UnixMilli())
	}
	if t.Nanosecond() == 0 && t.Unix() < maxSeconds {
		own = append(own, t.Unix())
	}
	if _, offset := t.Zone(); offset%60 == 0 {
		own = append(own, t.String())
	}
	// A zone with such a name does not come from a text, which has an abbreviation at most: it is that of the connection.
	if t.Nanosecond() == 0 && strings.Contains(t.Location().String(), "/") {
		own = append(own, t.Format(time.DateTime))
	}
	return own
}

// maxSeconds is from where on drivers take seconds for milliseconds.
const maxSeconds = 1e12

// zonedTexts returns the texts with a zone that stand for exactly this time: in UTC, and in its own zone.
func zonedTexts(t time.Time) []any {
	texts := []any{t.UTC().Format(layouts()[0] + "Z")}
	for _, layout := range layouts() {
		texts = appendExact(texts, layout+"Z", t.UTC(), t)
		texts = appendExact(texts, layout+"-07:00", t.UTC(), t)
		texts = appendExact(texts, layout+"-07:00", t, t)
	}
	return texts
}

// plainTexts returns the texts without a zone that stand for exactly this time in UTC.
func plainTexts(t time.Time) (texts []any) {
	for _, layout := range append(layouts(), time.DateOnly) {
		texts = appendExact(texts, layout, t, t)
	}
	return texts
}

func layouts() (layouts []string) {
	for _, day := range []string{"2006-01-02 ", "2006-01-02T"} {
		for _, clock := range []string{"15:04:05.999999999", "15:04:05.000", "15:04:05.000000", "15:04:05.000000000", "15:04"} {
			layouts = append(layouts, day+clock)
		}
	}
	return layouts
}

// appendExact appends a text for a time if it is exact and not there yet.
func appendExact(texts []any, layout string, shown, t time.Time) []any {
	text := shown.Format(layout)
	if back, err := time.Parse(layout, text); err != nil || !back.Equal(t) || slices.Contains(texts, any(text)) {
		return texts
	}
	return append(texts, text)
}
