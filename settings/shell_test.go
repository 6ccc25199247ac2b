package settings

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// dotEnvVectors are values of .env that come out as a shell reads them, or are
// refused with their line.
var dotEnvVectors = []struct {
	value string // what stands behind NAME=
	want  string // what a shell makes of it
	ok    bool   // else it is refused
}{
	{`plain`, `plain`, true},
	{`"in double quotes"`, `in double quotes`, true},
	{`'in single quotes'`, `in single quotes`, true},
	{`'p4\9w'`, `p4\9w`, true},
	{`'abvd"'`, `abvd"`, true},
	{`'a\'`, `a\`, false}, // the decoder looks for another end
	{`"say \"hi\" now"`, `say "hi" now`, true},
	{`"\$HOME"`, `$HOME`, true},
	{`"abvd\""`, `abvd"`, false},
	{`"\"abvd"`, `"abvd`, true},
	{`"\"abvd\""`, `"abvd"`, false},
	{`"p4\9w"`, `p4\9w`, false},
	{`"a\\b"`, `a\b`, true},
	{`"ends in one\\"`, `ends in one\`, false},
	{`"a\nb"`, `a\nb`, false},
	{`"a\rb"`, `a\rb`, false},
	{`"a\tb"`, `a\tb`, false},
	{`"a\'b"`, `a\'b`, false},
	{`'it'\''s'`, `it's`, false},
	{`"a"'b'`, `ab`, false},
	{`"a""b"`, `ab`, false},
	{`a"b"c`, `abc`, false},
	{`a'b'c`, `abc`, false},
	{`a\b`, `ab`, false},
	{`a\ b`, `a b`, false},
	{`a\`, `a`, false},
	{`\"a\"`, `"a"`, false},
	{`""`, ``, true},
	{`"''"`, `''`, true},
	{`'""'`, `""`, true},
	{`a#b`, `a#b`, true},
	{`a # b`, `a`, true},
	{`a #b #c`, `a`, false},
	{` #a`, ``, false},
	{`"a # b"`, `a # b`, true},
	{`"a" # b`, `a`, true},
	{`a=b`, `a=b`, true},
	{`a X=b`, `a`, false},
	{`a;b=c`, `a`, false},
	{`a&b=c`, `a`, false},
	{`don't`, ``, false},
	{`~/keys`, ``, false},
	{"`id`", ``, false},
	{`"a$(id)"`, ``, false},
	{`"a$$b"`, ``, false},
	{`"${HOME:-x}"`, ``, false},
	{`"${home}"`, ``, false},
}

func TestDotEnvComesOutAsAShellReadsIt(t *testing.T) {
	for _, v := range dotEnvVectors {
		vars, problem := parseDotEnv([]byte("# first\nAGENT__KEY_PASSWORD=" + v.value + "\n"))
		switch {
		case v.ok && (problem != "" || vars["AGENT__KEY_PASSWORD"] != v.want):
			t.Errorf("%s: %q, problem %q; want %q", v.value, vars["AGENT__KEY_PASSWORD"], problem, v.want)
		case !v.ok && !strings.HasPrefix(problem, "line 2 "):
			t.Errorf("%s: %q, problem %q; want line 2 refused", v.value, vars["AGENT__KEY_PASSWORD"], problem)
		}
	}
}

// TestDotEnvKeepsWhatNoShellReads: these are no assignments to a shell, or JSON,
// and every reader of .env agrees on them.
func TestDotEnvKeepsWhatNoShellReads(t *testing.T) {
	for value, want := range map[string]string{
		`python3 joke.py "two words"`:   `python3 joke.py "two words"`,
		`["python3","joke.py"]`:         `["python3","joke.py"]`,
		`{"tasks/list":["agent:read"]}`: `{"tasks/list":["agent:read"]}`,
		`{"a": ["b", "c"]} # a comment`: `{"a": ["b", "c"]}`,
		`Tells a joke`:                  `Tells a joke`,
		`Price in $ or so`:              `Price in $ or so`,
	} {
		vars, problem := parseDotEnv([]byte("AGENT__DESCRIPTION=" + value))
		if problem != "" || vars["AGENT__DESCRIPTION"] != want {
			t.Errorf("%s: %q, problem %q", value, vars["AGENT__DESCRIPTION"], problem)
		}
	}
	if _, problem := parseDotEnv([]byte(`OTHER="p4\9w"`)); problem != "" {
		t.Errorf("another program's line is refused: %s", problem)
	}
}

// TestDotEnvAgainstSh compares with the shell itself: the committed vectors, and
// values made of the characters that matter.
func TestDotEnvAgainstSh(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no sh to compare with")
		}
		t.Skip("no sh to compare with")
	}
	var values []string
	for _, v := range dotEnvVectors {
		if !strings.ContainsAny(v.value, "`(;&~$'") || v.ok {
			values = append(values, v.value)
		}
	}
	random := rand.New(rand.NewPCG(3, 7))
	alphabet := []string{"a", "b", "n", " ", " ", `\`, `\`, `"`, `"`, "'", "#", "$", "9", "=", "Z", `\"`, `""`, `" `}
	for range 700 {
		var b strings.Builder
		if random.IntN(2) == 0 {
			b.WriteByte('"')
		}
		for range random.IntN(9) {
			b.WriteString(alphabet[random.IntN(len(alphabet))])
		}
		if random.IntN(2) == 0 {
			b.WriteByte('"')
		}
		values = append(values, b.String())
	}
	kept := regexp.MustCompile(`\$[a-z]`) // documented: a $ before a small letter stays
	compared := 0
	for i, answer := range readBySh(t, sh, values) {
		status, read, _ := strings.Cut(answer, " ")
		vars, problem := parseDotEnv([]byte("AGENT__DESCRIPTION=" + values[i] + "\n"))
		if problem != "" || status != "0" || kept.MatchString(values[i]) {
			continue
		}
		compared++
		if got := vars["AGENT__DESCRIPTION"]; got != read {
			t.Errorf("%s: we read %q, sh %q", values[i], got, read)
		}
	}
	if compared < 40 {
		t.Errorf("only %d values were compared", compared)
	}
}

// readBySh has a shell source one file a value. Each answer is the status and
// the value. It finds no program: what is no assignment ends with status 127.
func readBySh(t *testing.T, sh string, values []string) []string {
	t.Helper()
	dir := t.TempDir()
	var script strings.Builder
	for i, value := range values {
		file := fmt.Sprintf("v%d", i)
		if err := os.WriteFile(filepath.Join(dir, file), []byte("AGENT__DESCRIPTION="+value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&script, "( unset Z; . ./%s; printf '%%s %%s' \"$?\" \"$AGENT__DESCRIPTION\" ); printf '\\0'\n", file)
	}
	cmd := exec.CommandContext(t.Context(), sh, "-s")
	cmd.Dir, cmd.Env, cmd.Stdin = dir, []string{"PATH=" + dir}, strings.NewReader(script.String())
	out, err := cmd.Output()
	answers := bytes.Split(out, []byte{0})
	if len(answers) != len(values)+1 {
		t.Fatalf("%d answers to %d values: %v", len(answers)-1, len(values), err)
	}
	list := make([]string, len(values))
	for i := range values {
		list[i] = string(answers[i])
	}
	return list
}

// FuzzDotEnvStatements: the file as a whole and its statements one by one say
// the same, so that judging statements judges the file.
func FuzzDotEnvStatements(f *testing.F) {
	for _, v := range dotEnvVectors {
		f.Add("A=b\nLOG__LEVEL=" + v.value + "\nAGENT__NAME=\"c\"\n")
	}
	f.Fuzz(func(t *testing.T, content string) {
		vars, problem := parseDotEnv([]byte(content))
		if problem != "" || strings.Contains(content, "$") {
			return
		}
		all, _ := statements([]byte(strings.TrimPrefix(content, "\ufeff")))
		merged := map[string]string{}
		for _, s := range all {
			for name, value := range s.vars {
				merged[name] = value
			}
		}
		for name, value := range vars {
			if merged[name] != value {
				t.Errorf("%q: %q in the whole, %q by itself", name, value, merged[name])
			}
		}
	})
}
