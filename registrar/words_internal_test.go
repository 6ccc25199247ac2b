package registrar

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/refusal"
)

// setting is how a setting's name looks.
var setting = regexp.MustCompile(`[A-Z]{2,}__[A-Z]{2,}`)

func TestEveryWordIsAnsweredInFull(t *testing.T) {
	t.Parallel()
	for w := range own {
		s := say(w)
		if http.StatusText(s.status) == "" || s.status < 400 || s.code >= 0 || s.message == "" || s.hint == "" {
			t.Errorf("%s: %+v", w, s)
		}
		if setting.MatchString(s.hint + s.message) {
			t.Errorf("%s names a setting: %s", w, s.hint)
		}
		if -32768 <= s.code && s.code <= -32000 && s.code != refusal.CodeInvalidParams {
			t.Errorf("%s has the number %d, to which A2A gives a meaning", w, s.code)
		}
	}
	if s := say("made_up"); s.status != http.StatusInternalServerError {
		t.Errorf("a word that nobody knows: %+v", s)
	}
}

// A word of the gates means here what it means there, unless it is said anew by name.
func TestNoWordOfOursIsOneOfTheGates(t *testing.T) {
	t.Parallel()
	again := []refusal.Word{
		refusal.NotKeyBound, refusal.NotFound, refusal.QuotaExceeded, refusal.RateLimited, refusal.Replayed, refusal.CryptoMismatch,
	}
	for w := range own {
		if slices.Contains(refusal.Words(), w) && !slices.Contains(again, w) {
			t.Errorf("%s is a word of the gates", w)
		}
	}
}

// What is described is what a body may have, and nothing else.
func TestEveryMemberIsDescribed(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/registrar.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(page), "| member | what it is |\n|---|---|\n")
	table, _, _ = strings.Cut(table, "\n\n")
	rows := regexp.MustCompile("(?m)^\\| `([A-Za-z]+)` \\|").FindAllStringSubmatch(table, -1)
	for _, row := range rows {
		if bodyMembers[row[1]] == nil {
			t.Errorf("no body may have the member %s", row[1])
		}
	}
	if len(rows) != len(bodyMembers) {
		t.Errorf("%d members are described, a body may have %d", len(rows), len(bodyMembers))
	}
}
