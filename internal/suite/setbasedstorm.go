package suite

import (
	"sync"
	"sync/atomic"

	"github.com/entocc/entocc"
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
)

// setBasedStorm makes rows match the predicates and stop matching while others write by these predicates. Each write
// that reports success wrote exactly one row, and each refused one wrote nothing.
func setBasedStorm(s *Scene) {
	name := s.key()
	a := s.user(name)
	b := saved(s, s.Client.User.Create().SetName("elsewhere").SetVersion(1_000_000))
	var written atomic.Int64
	var writers, mover sync.WaitGroup
	stop := make(chan struct{})
	mover.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				_ = s.Other.User.UpdateOneID(b.ID).IgnoreVersion().SetName([]string{name, "elsewhere"}[i%2]).Exec(s.ctx)
			}
		}
	})
	for range 4 {
		writers.Go(func() {
			for range 25 {
				now, err := s.Client.User.Get(s.ctx, a.ID)
				if err != nil {
					continue
				}
				n, err := s.Client.User.Update().Where(named(name)).IfVersion(now.Version).AddAge(1).Save(s.ctx)
				written.Add(int64(n))
				ok := err == nil || ent.IsRecordModified(err) || ent.IsVersionError(err) || entocc.IsRetryable(err)
				assert.True(s, ok, "%v", err)
			}
		})
	}
	writers.Wait()
	close(stop)
	mover.Wait()
	s.catchUp()
	assert.Equal(s, []int{int(written.Load()), 0}, []int{s.load(a.ID).Age, s.load(b.ID).Age})
	assert.EqualValues(s, written.Load()+1, s.version("users", a.ID))
}
