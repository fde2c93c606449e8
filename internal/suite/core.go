package suite

import (
	"github.com/entocc/entocc/internal/ent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func coreScenarios() []scenario {
	return []scenario{
		{name: "Core/StaleSaveIsRefused", run: staleSaveIsRefused},
		{name: "Core/ReturnedStructSavesAgain", run: returnedStructSavesAgain},
	}
}

func staleSaveIsRefused(s *Scene) {
	a, b := s.twoUsers()
	a, err := a.Update().SetName("a").Save(s.ctx)
	require.NoError(s, err)
	assert.EqualValues(s, 2, a.Version)

	_, err = b.Update().SetAge(7).Save(s.ctx)
	s.conflict(err)
	assert.True(s, ent.IsRecordModified(err))
	stored := s.load(a.ID)
	assert.Equal(s, "a", stored.Name)
	assert.Zero(s, stored.Age)
	assert.EqualValues(s, 2, stored.Version)
}

func returnedStructSavesAgain(s *Scene) {
	u := s.user("before")
	for want := int64(2); want <= 6; want++ {
		var err error
		u, err = u.Update().SetAge(int(want)).Save(s.ctx)
		require.NoError(s, err)
		assert.Equal(s, want, u.Version)
	}
}
