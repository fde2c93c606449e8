package occtest_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/hook"
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	"github.com/entocc/entocc/occtest"
)

// The kit fails the test that it runs in, so a faulty client is tested in a separate process.
const faultVariable = "OCCTEST_FAULT"

// runFaulty runs the kit on a client with the fault.
func runFaulty(t *testing.T, fault string) {
	t.Helper()
	client := enttest.Open(t, "sqlite3", "file:faulty?mode=memory&cache=shared&_fk=1")
	c := occtest.Case[ent.User, *ent.UserUpdateOne]{
		Create: func(ctx context.Context) (*ent.User, error) { return client.User.Create().SetName("a").Save(ctx) },
		Change: func(u *ent.UserUpdateOne) { u.SetName("b") },
	}
	switch fault {
	case "unguarded":
		client.Use(hook.Disable())
	case "unchanged":
		c.Change = func(*ent.UserUpdateOne) {}
	case "refused":
		c.AllowBlind = true
	case "overwritten":
		client.User.Use(func(next ent.Mutator) ent.Mutator {
			return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
				v, err := next.Mutate(ctx, m)
				if u := m.(*ent.UserMutation); ent.IsRecordModified(err) && u.Op() == ent.OpUpdateOne {
					client.User.Update().SetName("c").ExecX(ctx)
				}
				return v, err
			})
		})
	}
	occtest.Run(t, client.User, c)
}

func TestRun_TellsFaults(t *testing.T) {
	if fault := os.Getenv(faultVariable); fault != "" {
		runFaulty(t, fault)
		return
	}
	program, err := os.Executable()
	require.NoError(t, err)
	for fault, told := range map[string][]string{
		"unguarded": {
			"save of a stale entity answered <nil>", "delete of a stale entity answered <nil>",
			"save of a row that is gone answered ent: user not found", "update by ID answered <nil>", "delete by ID answered <nil>",
		},
		"unchanged":   {"does Change set a field that counts?"},
		"refused":     {"update by ID with AllowBlind"},
		"overwritten": {"the refused save changed the row"},
	} {
		t.Run(fault, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), program, "-test.run=^TestRun_TellsFaults$")
			cmd.Env = append(os.Environ(), faultVariable+"="+fault)
			out, err := cmd.CombinedOutput()
			require.Error(t, err, string(out))
			for _, message := range told {
				assert.Contains(t, string(out), message)
			}
		})
	}
}
