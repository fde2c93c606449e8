package system_test

import (
	"testing"

	entgo "entgo.io/ent"

	"github.com/entocc/entocc/integration/system/ent"
	"github.com/entocc/entocc/integration/system/ent/account"
	"github.com/entocc/entocc/internal/suite"
)

// TestSystem_Suite runs the suite for every kind of version on xmin.
func TestSystem_Suite(t *testing.T) {
	each(t, func(s *scene) {
		suite.Kind{
			Client: func(hooks ...entgo.Hook) any {
				client := ent.NewClient(ent.Driver(s.sent))
				client.Use(hooks...)
				return client
			},
			Type: ent.TypeAccount, Text: account.FieldName, Other: account.FieldNick, Key: account.FieldEmail,
			Version: account.FieldVersion, Child: ent.TypeLine, Edge: "Account",
			NoNewer: true, Ends: s.conn.Traits.ConflictEndsTx,
		}.RunAll(s.T)
	})
}
