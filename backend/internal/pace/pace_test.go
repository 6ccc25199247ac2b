package pace_test

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/backend/internal/pace"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type told struct {
	at   time.Duration
	text string
	more bool
}

func words(id, text string) *a2a.Artifact {
	return &a2a.Artifact{ID: a2a.ArtifactID(id), Name: "n", Parts: a2a.ContentParts{a2a.NewTextPart(text)}}
}

// record returns an emit that notes what it is given, and fails from the call on that fails
// says, if that is not 0.
func record(fails int) (*[]told, func(*a2a.Artifact, bool) error) {
	var all []told
	began := time.Now()
	return &all, func(a *a2a.Artifact, more bool) error {
		if fails > 0 && len(all)+1 >= fails {
			return errRefused
		}
		all = append(all, told{time.Since(began), string(a.ID) + ":" + a.Parts[0].Text(), more})
		return nil
	}
}

var errRefused = errors.New("refused")

func TestWordsAreToldTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all, emit := record(0)
		p := pace.New(emit, func(err error) { t.Error(err) })
		for _, w := range []string{"a", "b", "c"} {
			if err := p.Tell(words("x", w), true); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		_ = p.Tell(words("x", "d"), true)
		_ = p.Tell(words("x", "e"), true)
		_ = p.Tell(words("y", "f"), false) // ends what is held before it
		_ = p.Tell(words("y2", "g"), true)
		if err := p.End(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		want := []told{{0, "x:a", true}, {20 * time.Millisecond, "x:bc", true}, {time.Second, "x:d", true}, {time.Second, "x:e", true}, {time.Second, "y:f", false}, {time.Second, "y2:g", true}}
		if len(*all) != len(want) {
			t.Fatalf("told %v, want %v", *all, want)
		}
		for i, w := range want {
			if (*all)[i] != w {
				t.Errorf("%d: %v, want %v", i, (*all)[i], w)
			}
		}
	})
}

// An hour of a word every millisecond has fewer pieces than an execution may have, and loses nothing.
func TestALongTextHasFewPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all, emit := record(0)
		p := pace.New(emit, func(err error) { t.Error(err) })
		const n = 3600 * 1000 / 10
		for range n {
			_ = p.Tell(words("x", "w"), true)
			time.Sleep(10 * time.Millisecond)
		}
		_ = p.End()
		var text strings.Builder
		for _, x := range *all {
			text.WriteString(strings.TrimPrefix(x.text, "x:"))
		}
		if len(*all) > 3000 || text.Len() != n {
			t.Errorf("%d pieces of %d bytes", len(*all), text.Len())
		}
	})
}

func TestARefusalIsToldOnceAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, emit := record(2)
		stops := 0
		p := pace.New(emit, func(error) { stops++ })
		_ = p.Tell(words("x", "a"), true)
		_ = p.Tell(words("x", "b"), true)
		time.Sleep(time.Second)
		for range 2 {
			if err := p.Tell(words("x", "c"), true); !errors.Is(err, errRefused) {
				t.Errorf("got %v", err)
			}
		}
		if err := p.End(); !errors.Is(err, errRefused) || stops != 1 {
			t.Errorf("%v, %d stops", err, stops)
		}
	})
}
