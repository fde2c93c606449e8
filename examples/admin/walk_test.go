package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// walkFor is how long the random walk takes in each browser; by hand:
//
//	go test ./examples/admin -run RandomWalk -walk 10m -seed 7
var (
	walkFor  = flag.Duration("walk", 20*time.Second, "how long the random walk takes in each browser")
	walkSeed = flag.Uint64("seed", 0, "seed of the random walk; 0 takes a new one")
)

// walker is a user who walks at random. seen holds the texts that pages have shown them, and unsaved what they typed and
// nobody has stored.
type walker struct {
	*tab
	name          string
	typed         int
	seen, unsaved map[string]bool
}

// TestBrowser_RandomWalk: two users click, type, go back and reload. Whoever replaces a text of the other has seen it, and
// a text that was typed is in the database or in the answer to the click on Save.
func TestBrowser_RandomWalk(t *testing.T) {
	inBrowsers(t, func(b *browser) {
		seed := *walkSeed
		if seed == 0 {
			seed = uint64(time.Now().UnixNano())
		}
		b.Logf("seed %d", seed)
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // to be repeated
		var users []*walker
		for _, name := range []string{"ada", "joan"} {
			users = append(users, &walker{tab: b.tab(false), name: name, seen: make(map[string]bool), unsaved: make(map[string]bool)})
			users[len(users)-1].open("/products/1")
		}
		steps := 0
		for end := time.Now().Add(*walkFor); time.Now().Before(end) && !b.Failed(); steps++ {
			b.forgotten.Store(random.IntN(2) == 0)
			users[random.IntN(2)].step(random)
		}
		b.Logf("%d steps", steps)
	})
}

// step is one thing that a user does.
func (w *walker) step(random *rand.Rand) {
	w.Helper()
	before := w.stored(1)["notes"]
	w.look()
	switch n := random.IntN(10); {
	case n < 4 && w.there("notes"):
		w.typed++
		text := fmt.Sprintf("%s %d", w.name, w.typed)
		w.typeIn("notes", text)
		w.seen[text], w.unsaved[text] = true, true
	case n < 6 && w.there("save"):
		w.save(before, "save")
	case n < 6 && w.there("merge"):
		w.save(before, "merge")
	case n == 6 && w.there("theirs-notes"):
		w.choose("theirs-notes")
	case n == 7:
		if w.anything(`history.length > 1`) && w.anything(`document.referrer !== "" || location.search.includes("saved")`) {
			w.back()
		}
	case n == 8 && !w.anything(`location.search === ""`): // an answer to a POST would be posted again
		w.reload()
	default:
		w.open("/products/1")
	}
	w.look()
}

// save clicks, and holds the answer against what was stored and what was typed.
func (w *walker) save(before, button string) {
	w.Helper()
	var mine string
	if w.there("notes") {
		mine = w.value("notes")
	}
	theirs := w.there("theirs-notes") && w.checked("theirs-notes")
	w.click(button)
	after := w.stored(1)["notes"]
	if after != before {
		require.True(w, w.seen[before], "%s has overwritten %q by %q, and has not seen it", w.name, before, after)
		assert.Equal(w, mine, after)
		delete(w.unsaved, after)
	} else if w.unsaved[mine] && !theirs {
		assert.True(w, w.shows(mine), "%s typed %q, and it is neither stored nor shown", w.name, mine)
	}
}

// look remembers what the page shows.
func (w *walker) look() {
	if now := w.stored(1)["notes"]; w.shows(now) {
		w.seen[now] = true
	}
}

func (w *walker) there(name string) bool { return w.anything(element(name) + ` !== null`) }

func (w *walker) anything(expression string) (is bool) {
	w.Helper()
	w.must(w.driver.eval(expression, &is), expression)
	return is
}
