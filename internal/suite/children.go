package suite

import (
	"github.com/entocc/entocc/internal/ent"
	"github.com/entocc/entocc/internal/ent/pet"
	"github.com/entocc/entocc/internal/ent/shelter"
	"github.com/stretchr/testify/assert"
)

func childScenarios() []scenario {
	return []scenario{
		{name: "Children/ChildThatMovesBumpsItselfAlone", run: childThatMovesBumpsItselfAlone},
		{name: "Children/ParentThatAddsBumpsBoth", run: parentThatAddsBumpsBoth},
		{name: "Children/ParentThatRemovesOrClearsBumpsBoth", run: parentThatRemovesOrClearsBumpsBoth},
		{name: "Children/OtherChildrenAreLeftAlone", run: otherChildrenAreLeftAlone},
		{name: "Children/CreateWithChildrenBumpsThem", run: createWithChildrenBumpsThem},
		{name: "Children/BulkCreateWithChildrenBumpsThem", run: bulkCreateWithChildrenBumpsThem, left: scatteredIDs},
		{name: "Children/ParentWithoutVersionBumpsThem", run: parentWithoutVersionBumpsThem},
		{name: "Children/SetBasedUpdateBumpsThem", run: setBasedUpdateBumpsChildren},
		{name: "Children/OneToOneBumpsTheOtherSide", run: oneToOneBumpsTheOtherSide},
		{name: "Children/SpousesAreBothBumped", run: spousesAreBothBumped},
		{name: "Children/ChildrenOfTheSameTypeAreBumped", run: childrenOfTheSameTypeAreBumped},
		{name: "Children/ClearedChildrenOfTheSameTypeAreBumped", run: clearedChildrenOfTheSameTypeAreBumped},
		{name: "Children/SetBasedMoveBumpsOnce", run: setBasedMoveBumpsOnce},
		{name: "Children/StaleParentLeavesThemAlone", run: staleParentLeavesChildrenAlone},
		{name: "Children/UpsertWithChildrenBumpsThem", run: upsertWithChildrenBumpsThem},
	}
}

// pet creates a Pet.
func (s *Scene) pet(name string) *ent.Pet {
	s.Helper()
	return saved(s, s.Client.Pet.Create().SetName(name))
}

// petStale requires the Pet's row to be at a version, and a save of p to conflict.
func (s *Scene) petStale(p *ent.Pet, version int64) {
	s.Helper()
	assert.Equal(s, version, s.version(pet.Table, p.ID))
	_, err := p.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
}

func childThatMovesBumpsItselfAlone(s *Scene) {
	u, p := s.user("owner"), s.pet("rex")
	p = saved(s, p.Update().SetOwner(u))
	assert.EqualValues(s, 2, p.Version)
	assert.EqualValues(s, 1, s.version("users", u.ID))
	p = saved(s, p.Update().ClearOwner())
	assert.EqualValues(s, 3, p.Version)
}

func parentThatAddsBumpsBoth(s *Scene) {
	u, p := s.user("owner"), s.pet("rex")
	u = saved(s, u.Update().AddPets(p))
	assert.EqualValues(s, 2, u.Version)
	s.petStale(p, 2)
}

func parentThatRemovesOrClearsBumpsBoth(s *Scene) {
	u, a, b := s.user("owner"), s.pet("a"), s.pet("b")
	u = saved(s, u.Update().AddPets(a, b))
	u = saved(s, u.Update().RemovePets(a))
	s.petStale(a, 3)
	assert.EqualValues(s, 2, s.version(pet.Table, b.ID))
	u = saved(s, u.Update().ClearPets())
	assert.EqualValues(s, 4, u.Version)
	s.petStale(b, 3)
	assert.EqualValues(s, 3, s.version(pet.Table, a.ID))
}

func otherChildrenAreLeftAlone(s *Scene) {
	u, p, stranger := s.user("owner"), s.pet("rex"), s.pet("stranger")
	saved(s, u.Update().AddPets(p))
	assert.EqualValues(s, 1, s.version(pet.Table, stranger.ID))
	saved(s, stranger.Update().SetName("not stale"))
}

func createWithChildrenBumpsThem(s *Scene) {
	p := s.pet("rex")
	u := saved(s, s.Client.User.Create().SetName("owner").AddPets(p))
	assert.EqualValues(s, 1, u.Version)
	s.petStale(p, 2)
}

func bulkCreateWithChildrenBumpsThem(s *Scene) {
	a, b := s.pet("a"), s.pet("b")
	saved(s, s.Client.User.CreateBulk(
		s.Client.User.Create().SetName("one").AddPets(a),
		s.Client.User.Create().SetName("two").AddPets(b),
	))
	s.petStale(a, 2)
	s.petStale(b, 2)
}

func parentWithoutVersionBumpsThem(s *Scene) {
	home, a, b, c := saved(s, s.Client.Shelter.Create().SetName("home")), s.pet("a"), s.pet("b"), s.pet("c")
	home = saved(s, home.Update().AddPets(a))
	s.petStale(a, 2)
	saved(s, s.Client.Shelter.UpdateOneID(home.ID).SetName("both").AddPets(b))
	s.petStale(b, 2)
	done(s, s.Client.Shelter.Update().Where(shelter.ID(home.ID)).AddPets(c))
	s.petStale(c, 2)
	saved(s, home.Update().RemovePets(b))
	s.petStale(b, 3)
	done(s, s.Client.Shelter.Update().Where(shelter.ID(home.ID)).ClearPets())
	s.petStale(a, 3)
	s.petStale(c, 3)
	assert.EqualValues(s, 3, s.version(pet.Table, b.ID))

	d := s.pet("d")
	saved(s, s.Client.Shelter.Create().SetName("new").AddPets(d))
	s.petStale(d, 2)
}

func setBasedUpdateBumpsChildren(s *Scene) {
	u, p := s.user("owner"), s.pet("rex")
	done(s, s.Client.User.Update().Where(byID(u.ID)).AddPets(p))
	assert.EqualValues(s, 2, s.version("users", u.ID))
	s.petStale(p, 2)
	done(s, s.Client.User.Update().Where(byID(u.ID)).ClearPets())
	assert.EqualValues(s, 3, s.version("users", u.ID))
	s.petStale(p, 3)
}

func oneToOneBumpsTheOtherSide(s *Scene) {
	u := s.user("owner")
	card := saved(s, s.Client.Card.Create().SetNumber("1"))
	u = saved(s, u.Update().SetCard(card))
	assert.EqualValues(s, 2, u.Version)
	_, err := card.Update().SetNumber("lost").Save(s.ctx)
	s.conflict(err)
	assert.EqualValues(s, 2, s.version("cards", card.ID))
	saved(s, u.Update().ClearCard())
	assert.EqualValues(s, 3, s.version("cards", card.ID))
}

func spousesAreBothBumped(s *Scene) {
	a, b := s.user("a"), s.user("b")
	a = saved(s, a.Update().SetSpouse(b))
	assert.EqualValues(s, 2, a.Version)
	assert.EqualValues(s, 2, s.version("users", b.ID))
	_, err := b.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
	a = saved(s, a.Update().ClearSpouse())
	assert.EqualValues(s, 3, a.Version)
	assert.EqualValues(s, 3, s.version("users", a.ID))
	assert.EqualValues(s, 3, s.version("users", b.ID))
	c := saved(s, s.Client.User.Create().SetName("c").SetSpouse(a))
	assert.EqualValues(s, c.Version, s.version("users", c.ID))
	assert.EqualValues(s, 4, s.version("users", a.ID))
}

func childrenOfTheSameTypeAreBumped(s *Scene) {
	parent, child := s.user("parent"), s.user("child")
	parent = saved(s, parent.Update().AddChildren(child))
	assert.EqualValues(s, 2, parent.Version)
	assert.EqualValues(s, 2, s.version("users", parent.ID))
	assert.EqualValues(s, 2, s.version("users", child.ID))
	_, err := child.Update().SetName("lost").Save(s.ctx)
	s.conflict(err)
	child = saved(s, s.load(child.ID).Update().ClearParent())
	assert.EqualValues(s, 3, child.Version)
	assert.EqualValues(s, 2, s.version("users", parent.ID))
}

func clearedChildrenOfTheSameTypeAreBumped(s *Scene) {
	parent, child := s.user("parent"), s.user("child")
	parent = saved(s, parent.Update().AddChildren(child))
	parent = saved(s, parent.Update().ClearChildren().SetName("alone"))
	assert.EqualValues(s, 3, s.version("users", parent.ID))
	assert.EqualValues(s, 3, s.version("users", child.ID))
	done(s, s.Client.User.Update().Where(byID(parent.ID)).AddChildren(child))
	assert.EqualValues(s, 4, s.version("users", parent.ID))
	assert.EqualValues(s, 4, s.version("users", child.ID))
}

// For an edge from a type to itself the foreign key is a column of the same row: the statement already has the bump.
func setBasedMoveBumpsOnce(s *Scene) {
	parent, child := s.user("parent"), s.user("child")
	done(s, s.Client.User.Update().Where(byID(child.ID)).SetParent(parent))
	assert.EqualValues(s, 2, s.version("users", child.ID))
	assert.EqualValues(s, 1, s.version("users", parent.ID))
	done(s, s.Client.User.Update().Where(byID(child.ID)).ClearParent())
	assert.EqualValues(s, 3, s.version("users", child.ID))
	saved(s, s.load(child.ID).Update().SetParent(parent).AddChildren(s.user("grandchild")))
	assert.EqualValues(s, 4, s.version("users", child.ID))
}

func staleParentLeavesChildrenAlone(s *Scene) {
	u, p := s.user("owner"), s.pet("rex")
	s.bumpUser(u.ID)
	_, err := u.Update().AddPets(p).Save(s.ctx)
	s.conflict(err)
	assert.EqualValues(s, 1, s.version(pet.Table, p.ID))
	saved(s, p.Update().SetName("not stale"))
}

func upsertWithChildrenBumpsThem(s *Scene) {
	p, mail := s.pet("rex"), s.key()
	done(s, s.Client.User.Create().SetName("owner").SetEmail(mail).AddPets(p).OnConflictColumns("email").UpdateNewValues())
	s.petStale(p, 2)
}
