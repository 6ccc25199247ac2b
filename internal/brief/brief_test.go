package brief_test

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/getbindu/bindu-go/internal/brief"
)

func TestHostile177Text(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2<<20)
	for name, tt := range map[string]struct{ in, want string }{
		"nothing":              {"", ""},
		"short":                {"tasks/get", "tasks/get"},
		"as long as allowed":   {long[:brief.MaxText], long[:brief.MaxText]},
		"one more":             {long[:brief.MaxText+1], long[:brief.MaxText-1] + "…"},
		"two megabytes":        {long, long[:brief.MaxText-1] + "…"},
		"characters, no bytes": {strings.Repeat("ü", brief.MaxText), strings.Repeat("ü", brief.MaxText)},
		"cut between two":      {strings.Repeat("😀", 1000), strings.Repeat("😀", brief.MaxText-1) + "…"},
		"not UTF-8":            {"a\xffb", "a\ufffdb"},
		"not UTF-8 and long":   {strings.Repeat("\xff", 1000), "\ufffd…"},
	} {
		got := brief.Text(tt.in)
		if got != tt.want || utf8.RuneCountInString(got) > brief.MaxText {
			t.Errorf("%s: %.300q, want %.300q", name, got, tt.want)
		}
	}
}

// Whatever a line is given, and in whatever form, it stays a line.
func TestHostile177HandlerCutsEveryValue(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	var out bytes.Buffer
	log := slog.New(brief.Handler(brief.Handler(slog.NewJSONHandler(&out, nil))))
	log.With("with", long).WithGroup("g").Error(long, "text", long, "error", errors.New(long), "list", []string{long},
		"bytes", []byte(long), slog.Group("inner", "text", long), "value", valuer(long), "n", 7)
	const values, letters = 8, 7 // the bytes are written as numbers
	if line := out.String(); len(line) > values*(brief.MaxValue+64) || strings.Count(line, "x…") < letters {
		t.Errorf("%d bytes, %d values cut", len(line), strings.Count(line, "x…"))
	}
	out.Reset()
	log.Error("m", brief.StackKey, long)
	if out.Len() < len(long) {
		t.Error("a stack was cut")
	}
}

type valuer string

func (v valuer) LogValue() slog.Value { return slog.StringValue(string(v)) }
