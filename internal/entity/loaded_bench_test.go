package entity_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/enttest"
	_ "github.com/entocc/entocc/internal/ent/runtime"
)

// BenchmarkLoad loads 10,000 entities of 11 columns and reports how much memory each keeps. To compare, generate
// internal/ent with entocc.ForgetLoaded().
func BenchmarkLoad(b *testing.B) {
	const n = 10_000
	ctx := b.Context()
	client := enttest.Open(b, "sqlite3", "file:"+filepath.Join(b.TempDir(), "load.db")+"?_fk=1")
	for from := 0; from < n; from += 500 {
		builders := make([]*ent.UserCreate, 500)
		for i := range builders {
			builders[i] = client.User.Create().SetName(fmt.Sprintf("user %d of many", from+i)).SetEmail(fmt.Sprintf("user%d@example.org", from+i)).
				SetLabels([]string{"first", "second"}).SetSettings(map[string]string{"theme": "dark"})
		}
		require.NoError(b, client.User.CreateBulk(builders...).Exec(ctx))
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	users := client.User.Query().AllX(ctx)
	runtime.GC()
	runtime.ReadMemStats(&after)
	held := float64(after.HeapAlloc-before.HeapAlloc) / float64(len(users))
	runtime.KeepAlive(users)
	b.ReportAllocs()
	for b.Loop() {
		_ = client.User.Query().AllX(ctx)
	}
	b.ReportMetric(held, "B/entity")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entity")
}
