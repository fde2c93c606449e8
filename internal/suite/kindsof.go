package suite

import (
	"testing"

	entgo "entgo.io/ent"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/document"
	"github.com/entocc/entocc/internal/ent/event"
	"github.com/entocc/entocc/internal/ent/gauge"
	entmigrate "github.com/entocc/entocc/internal/ent/migrate"
	"github.com/entocc/entocc/internal/ent/order"
	"github.com/entocc/entocc/internal/ent/reading"
	"github.com/entocc/entocc/internal/ent/user"
	"github.com/stretchr/testify/require"
)

func kindScenarios() []scenario {
	return []scenario{
		{name: "Kinds/TimeVersion", run: func(s *Scene) { s.kind("TimeVersion").Run(s.T) }},
		{name: "Kinds/TokenVersion", run: func(s *Scene) { s.kind("TokenVersion").Run(s.T) }},
	}
}

// kinds are types of the fixtures, by the kind of their version.
func kinds() map[string]Kind {
	return map[string]Kind{
		"Version": {
			Type: ent.TypeUser, Text: user.FieldName, Other: user.FieldEmail, Key: user.FieldEmail, Version: user.FieldVersion,
		},
		"TimeVersion": {
			Type: ent.TypeEvent, Text: event.FieldName, Other: event.FieldSource, Key: event.FieldSource, Version: event.FieldVersion,
		},
		"TokenVersion": {
			Type: ent.TypeDocument, Text: document.FieldTitle, Other: document.FieldBody, Key: document.FieldID, Version: document.FieldVersion,
			NoNewer: true,
		},
		"TriggerVersion": {
			Type: ent.TypeGauge, Text: gauge.FieldName, Other: gauge.FieldSerial, Key: gauge.FieldSerial, Version: gauge.FieldVersion,
			NoNewer: true,
		},
		"Guard of an integer": {
			Type: ent.TypeOrder, Text: order.FieldState, Other: order.FieldNumber, Key: order.FieldNumber, Version: order.FieldRev,
		},
		"Guard of a time": {
			Type: ent.TypeReading, Text: reading.FieldPlace, Other: reading.FieldSensor, Key: reading.FieldSensor, Version: reading.FieldUpdatedAt,
			NoNewer: true,
		},
	}
}

// kindTables are the tables of these types, and of the Slip, which touches all of them.
func kindTables() []*schema.Table {
	return []*schema.Table{
		entmigrate.UsersTable, entmigrate.EventsTable, entmigrate.DocumentsTable, entmigrate.GaugesTable, entmigrate.OrdersTable,
		entmigrate.ReadingsTable, entmigrate.SlipsTable,
	}
}

// kind is a kind in the scene.
func (s *Scene) kind(name string) Kind {
	k := kinds()[name]
	k.Client = func(hooks ...entgo.Hook) any { return s.with(hooks...) }
	k.Child, k.Edge = ent.TypeSlip, k.Type
	t := s.db.Traits
	k.Ends = t.ConflictEndsTx || t.ReadsLock || t.OneWriter || t.Nodes // Or the others wait for the transaction.
	return k
}

// RunKinds runs on a database what every kind of version must pass, for each kind that the fixtures have.
func RunKinds(t *testing.T, db DB) {
	t.Helper()
	pool, other := open(t, db), open(t, db)
	s := newScene(t, db, pool, other)
	require.NoError(t, entmigrate.Create(s.ctx, s.Client.Schema, kindTables()), "creating the tables of the fixtures")
	if db.Migrated != nil {
		db.Migrated(t, pool)
	}
	for name := range kinds() {
		t.Run(name, func(t *testing.T) { newScene(t, db, pool, other).kind(name).RunAll(t) })
	}
}
