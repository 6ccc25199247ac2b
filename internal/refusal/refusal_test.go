package refusal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/refusal"
)

var places = []refusal.Place{refusal.Gates, refusal.Envelope, refusal.Documents, refusal.Negotiation, refusal.Tasks, refusal.Parameters}

// setting is how a setting's name looks.
var setting = regexp.MustCompile(`[A-Z]{2,}__[A-Z]{2,}`)

func TestEveryWordIsAnsweredInFull(t *testing.T) {
	for _, w := range refusal.Words() {
		for _, p := range places {
			a := w.At(p)
			if a.Word() != w || http.StatusText(a.Status()) == "" || a.Code() >= 0 || a.Message() == "" {
				t.Errorf("%s in place %d: %+v", w, p, a)
			}
			if setting.MatchString(a.Hint()) || setting.MatchString(a.Message()) {
				t.Errorf("%s in place %d names a setting: %s: %s", w, p, a.Message(), a.Hint())
			}
		}
		if w.Answer().Hint() == "" {
			t.Errorf("%s has no hint", w)
		}
	}
}

// declared are the words of the sources.
func declared(t *testing.T) []refusal.Word {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "word.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var all []refusal.Word
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			text, _ := strconv.Unquote(lit.Value)
			all = append(all, refusal.Word(text))
		}
		return true
	})
	slices.Sort(all)
	return all
}

func TestEveryDeclaredWordHasAnEntry(t *testing.T) {
	if got, want := refusal.Words(), declared(t); !slices.Equal(got, want) || len(got) < 70 {
		t.Errorf("the catalogue has %d words: %v\nword.go has %d: %v", len(got), got, len(want), want)
	}
}

func TestAWordThatIsNotInTheCatalogueIsNotSaid(t *testing.T) {
	for _, p := range places {
		if got, want := refusal.Word("made_up").At(p), refusal.Internal.At(p); got != want || got.Word() != "internal" {
			t.Errorf("in place %d: %+v, want %+v", p, got, want)
		}
	}
}

func TestPlacesSayAWordInTheirOwnWay(t *testing.T) {
	for name, tt := range map[string]struct {
		got    refusal.Answer
		status int
		code   int
		text   string
	}{
		"in general":                 {refusal.NotFound.Answer(), 404, -31400, "No such path"},
		"of a document":              {refusal.NotFound.At(refusal.Documents), 404, -31400, "Not Found"},
		"before the proofs":          {refusal.JSONTooDeep.Answer(), 400, -32700, "JSON nested too deeply"},
		"of a proved caller":         {refusal.JSONTooDeep.At(refusal.Envelope), 200, -32700, "the request body is nested too deeply"},
		"of a body alone":            {refusal.JSONTrailing.At(refusal.Parameters), 400, -32700, "the request body has data after its object"},
		"where it has no own":        {refusal.CertRequired.At(refusal.Tasks), 401, -31405, "Client certificate required"},
		"of a DID that is asked for": {refusal.DIDMalformed.At(refusal.Documents), 400, -32602, "Bad Request"},
	} {
		if tt.got.Status() != tt.status || tt.got.Code() != tt.code || tt.got.Message() != tt.text {
			t.Errorf("%s: %+v", name, tt.got)
		}
	}
}

func TestAHintOfOneRequestReplacesTheGeneralOne(t *testing.T) {
	general := refusal.RateLimited.Answer()
	if got := general.WithHint("Later."); got.Hint() != "Later." || got.Code() != general.Code() {
		t.Errorf("%+v", got)
	}
	if got := general.WithHint(""); got != general {
		t.Errorf("%+v", got)
	}
}

// A hint fits whoever may be told it: each scheme of signing, and each media type.
func TestAHintFitsEverybodyWhoGetsIt(t *testing.T) {
	for w, parts := range map[refusal.Word][]string{
		refusal.Replayed:    {"nonce", "reference"},
		refusal.ContentType: {"application/json", "application/a2a+json"},
	} {
		for _, part := range parts {
			if hint := w.Answer().Hint(); !strings.Contains(hint, part) {
				t.Errorf("%s: %q does not speak of %s", w, hint, part)
			}
		}
	}
}
