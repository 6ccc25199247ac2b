package settings

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSplitCommand(t *testing.T) {
	tests := []struct {
		text string
		want []string // nil: a problem
	}{
		{"cat", []string{"cat"}},
		{"  python3\tjoke.py\n--fast ", []string{"python3", "joke.py", "--fast"}},
		{`echo 'a b' "c d" e\ f`, []string{"echo", "a b", "c d", "e f"}},
		{`a'b'"c"d`, []string{"abcd"}},
		{`x '' ""`, []string{"x", "", ""}},
		{`x "say \"hi\" \\ \n"`, []string{"x", `say "hi" \ \n`}},
		{`x '$HOME | cat' "a;b"`, []string{"x", "$HOME | cat", "a;b"}},
		{`x \$HOME \|`, []string{"x", "$HOME", "|"}},
		{`["sh","-c","cat | wc"]`, []string{"sh", "-c", "cat | wc"}},
		{`["a",""]`, []string{"a", ""}},
		{"a | b", nil}, {"a > b", nil}, {"a && b", nil}, {"a; b", nil}, {"a *.txt", nil},
		{"echo $HOME", nil}, {`echo "$HOME"`, nil}, {"echo `id`", nil}, {"(a)", nil},
		{`a "b`, nil}, {`a 'b`, nil}, {`a \`, nil},
		{"", nil}, {" ", nil}, {"''", nil}, {`[]`, nil}, {`[""]`, nil}, {`["a"`, nil}, {`[1]`, nil}, {`["a\u0000b"]`, nil},
	}
	for _, tt := range tests {
		argv, problem := splitCommand(tt.text)
		if (problem == "") != (tt.want != nil) || !slices.Equal(argv, tt.want) && problem == "" {
			t.Errorf("%s: %q, problem %q; want %q", tt.text, argv, problem, tt.want)
		}
	}
}

// FuzzSplitCommand checks that words in quotation marks come out as they went in.
func FuzzSplitCommand(f *testing.F) {
	for _, seed := range []string{"a b", `it's`, `"`, `\`, "$x|y", "[", "", "a\x00b", "é\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if argv, problem := splitCommand(text); (len(argv) > 0 && argv[0] != "") != (problem == "") && problem == "" {
			t.Errorf("%q became %q", text, argv)
		}
		word := strings.ToValidUTF8(text, "?")
		if strings.ContainsRune(word, 0) {
			return
		}
		quoted := "x '" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		if argv, problem := splitCommand(quoted); problem != "" || !slices.Equal(argv, []string{"x", word}) {
			t.Errorf("%s became %q, problem %q", quoted, argv, problem)
		}
	})
}

func TestDurations(t *testing.T) {
	tests := []struct {
		text string
		unit time.Duration
		want time.Duration // negative: none
	}{
		{"10", time.Second, 10 * time.Second},
		{"0.5", time.Second, 500 * time.Millisecond},
		{"1h30m", time.Second, 90 * time.Minute},
		{"24", time.Hour, 24 * time.Hour},
		{"0.25", time.Hour, 15 * time.Minute},
		{"90s", time.Hour, 90 * time.Second},
		{"0", time.Second, 0},
		{"-1", time.Second, -1}, {"-1s", time.Second, -1}, {"", time.Second, -1}, {"1 h", time.Second, -1},
		{"NaN", time.Second, -1}, {"Inf", time.Second, -1}, {"9223372036.9", time.Second, -1}, {"3e6", time.Hour, -1},
	}
	for _, tt := range tests {
		d, ok := parseDuration(tt.text, tt.unit)
		if ok != (tt.want >= 0) || ok && d != tt.want {
			t.Errorf("%q in %v: %v, %t; want %v", tt.text, tt.unit, d, ok, tt.want)
		}
		if again, _ := parseDuration(showDuration(d), time.Second); ok && again != d {
			t.Errorf("%v shows as %s", d, showDuration(d))
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "512": 512, "512B": 512, "32KiB": 32 << 10, "2 MiB": 2 << 20, "1GiB": 1 << 30,
		"": -1, "KiB": -1, "-1": -1, "1.5MiB": -1, "1MB": -1, "1kib": -1, "8589934592GiB": -1,
	} {
		n, ok := parseBytes(text)
		if ok != (want >= 0) || ok && n != want {
			t.Errorf("%q: %d, %t; want %d", text, n, ok, want)
		}
		if again, _ := parseBytes(showBytes(n)); ok && again != n {
			t.Errorf("%d shows as %s", n, showBytes(n))
		}
	}
}

func TestListsAndPairs(t *testing.T) {
	for text, want := range map[string]string{
		"a": "a", "a,b c\td\ne": "a|b|c|d|e", ` a , b `: "a|b", `["a b","c,d"]`: "a b|c,d",
		"": "", ",": "", "[]": "", `["a"]x`: "", "a,a": "", `[null]`: "",
	} {
		words, problem := parseList(text)
		if (problem == "") != (want != "") || problem == "" && strings.Join(words, "|") != want {
			t.Errorf("list %q: %q, problem %q", text, words, problem)
		}
	}
	for text, want := range map[string]map[string]string{
		"a=b,c": {"a": "b", "c": ""}, "a=b=c": {"a": "b=c"}, `{"a b":"c d"}`: {"a b": "c d"}, "did:x:y=z": {"did:x:y": "z"},
		"": nil, "=a": nil, "a=b,a=c": nil, "{}": nil, `{"a":1}`: nil, `{"":"a"}`: nil, `{"a"`: nil,
	} {
		m, problem := parseMap(text)
		if (problem == "") != (want != nil) || problem == "" && !maps.Equal(m, want) {
			t.Errorf("pairs %q: %q, problem %q", text, m, problem)
		}
	}
}

func TestAwkwardListsAndPairsAreDescribedSoThatTheyLoadAgain(t *testing.T) {
	for _, entry := range []string{
		`AUTH__AUDIENCE=["[x","y"]`, `AUTH__AUDIENCE=["a,b"]`, `AUTH__AUDIENCE=a,b`, `AUTH__AUDIENCE=["a<b>&"]`,
		`AUTH__REQUIRED_CLAIMS={"{a":"b"}`, `AUTH__REQUIRED_CLAIMS={"a":"b="}`, `AUTH__REQUIRED_CLAIMS={"a=b":"c"}`,
		`AUTH__REQUIRED_CLAIMS={"a b":""}`, `AUTH__REQUIRED_CLAIMS=a,b=c`, `AUTH__PERMISSIONS={"a b":["c","d"]}`,
		`AGENT__COMMAND=["a b","[","'"]`,
	} {
		name, _, _ := strings.Cut(entry, "=")
		o := Options{Environ: []string{entry}, SkipDotEnv: true, AllowIncomplete: true}
		first, err := Load(o)
		if err != nil {
			t.Errorf("%s: %v", entry, err)
			continue
		}
		for _, row := range first.Describe() {
			if row.Name == name {
				o.Environ[0] = name + "=" + row.Value
			}
		}
		second, err := Load(o)
		if err != nil || !reflect.DeepEqual(first.Auth, second.Auth) || !reflect.DeepEqual(first.Agent, second.Agent) {
			t.Errorf("%s is described as %s: %v", entry, o.Environ[0], err)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"abc", "", 3}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"MTLS__MDOE", "MTLS__MODE", 1},
		{"kitten", "sitting", 3}, {"ENABLD", "ENABLED", 1}, {"ENABLEDD", "ENABLED", 1},
	} {
		if got := distance(tt.a, tt.b); got != tt.want {
			t.Errorf("from %q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestPrintableHidesCredentialsAndControlCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"plain":                         "plain",
		"you@example.com":               "you@example.com",
		"https://host/@path":            "https://host/@path",
		"https://u:p@host":              "https://********@host",
		"https://u:p/w@host":            "https://********@host",
		"a/b https://u:p@h":             "a/b https://********@h",
		`["curl","https://u:p@h/x@y"]`:  `["curl","https://********@y"]`,
		"https://a,https://u:p@b":       "https://a,https://********@b",
		"https://u:p@a,https://u:p@b/c": "https://********@a,https://********@b/c",
		"a\nb\x1b[31m":                  `"a\nb\x1b[31m"`,
	} {
		if got := printable(text); got != want {
			t.Errorf("%q shows as %s, want %s", text, got, want)
		}
	}
	if got := printable(strings.Repeat("é", 1000)); len([]rune(got)) != maxShown+1 {
		t.Errorf("a long value shows %d runes", len([]rune(got)))
	}
}

// FuzzLoad feeds Load any environment: it answers with settings or with faults,
// and what it describes loads again.
func FuzzLoad(f *testing.F) {
	for _, field := range fields(new(Settings)) {
		f.Add(field.name + "=" + field.tag.Get("example"))
	}
	f.Add("AUTH__PERMISSIONS={\"a\":[]}\nMTLS__CERT_TTL_HOURS=1e18\nDID__PINNED_KEYS=did:a:b=c")
	f.Add("mtls__enabled=0\n=\nAGENT__COMMAND='\nHYDRA__ADMIN_URL=http://[::1%25x]:x/%zz")
	f.Fuzz(func(t *testing.T, environ string) {
		for line := range strings.SplitSeq(environ, "\n") {
			if strings.Contains(line, "_FILE=") {
				return // reads files by any name
			}
		}
		o := Options{Environ: strings.Split(environ, "\n"), SkipDotEnv: true, AllowIncomplete: true}
		s, err := Load(o)
		if err != nil {
			return
		}
		o.Environ = nil
		described := s.Describe()
		for _, row := range described {
			if !row.Secret {
				o.Environ = append(o.Environ, row.Name+"="+row.Value)
			}
		}
		again, err := Load(o)
		if err != nil {
			t.Fatalf("described settings do not load: %v", err)
		}
		for i, row := range again.Describe() {
			if before := described[i]; !row.Secret && row.Value != before.Value {
				t.Errorf("%s was %q and is %q", row.Name, before.Value, row.Value)
			}
		}
	})
}
