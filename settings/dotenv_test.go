package settings

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDotEnvForms(t *testing.T) {
	tests := []struct{ name, content, want string }{ // of LOG__FORMAT
		{"plain", "LOG__FORMAT=json", "json"},
		{"exported", "export LOG__FORMAT=json", "json"},
		{"in double quotes", `LOG__FORMAT="json"`, "json"},
		{"in single quotes", `LOG__FORMAT='json'`, "json"},
		{"with a comment", "# first\nLOG__FORMAT=json # last", "json"},
		{"with line ends of Windows", "A=b\r\nLOG__FORMAT=json\r\n", "json"},
		{"with a byte order mark", "\ufeffLOG__FORMAT=json", "json"},
		{"from an earlier line", "F=json\nLOG__FORMAT=${F}", "json"},
		{"last one counts", "LOG__FORMAT=text\nLOG__FORMAT=json", "json"},
		{"dollar kept", `LOG__FORMAT='$JSON'`, "$JSON"},
		{"dollar escaped", `LOG__FORMAT="\$JSON"`, "$JSON"},
		{"dollar before a small letter", `LOG__FORMAT=pa$word`, "pa$word"},
		{"dollar in another program's", "OTHER=$HOME\nLOG__FORMAT=json", "json"},
		{"over two lines", "LOG__FORMAT=\"js\non\"", "js\non"},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vars, problem := parseDotEnv([]byte(tt.content))
			if problem != "" || vars["LOG__FORMAT"] != tt.want {
				t.Errorf("got %q, problem %q, want %q", vars["LOG__FORMAT"], problem, tt.want)
			}
		})
	}
}

func TestDotEnvFaultsNameTheLineAndNotItsContent(t *testing.T) {
	const secret = "hunter2"
	tests := []struct{ name, content, says string }{
		{"open quotation mark", "A=b\n\nAGENT__KEY_PASSWORD=\"" + secret + "\nB=c", "line 3 "},
		{"no equals sign", "A=b\n" + secret + " oops\nB=c", "line 2 "},
		{"not a name", "A=\"two\nlines\"\n" + secret + "!=x", "line 3 "},
		{"no name", "A=b\n=" + secret, "line 2 "},
		{"word alone at the end", secret, "line 1 "},
		{"bytes that are no text", "A=b\x00" + secret, "NUL"},
		{"dollar swallowed", "A=b\nAGENT__KEY_PASSWORD=pa$WORD" + secret, "line 2 inserts $WORD"},
		{"dollar swallowed in quotes", "AGENT__KEY_PASSWORD=\"pa${WORD}" + secret + "\"", "line 1 inserts $WORD"},
		{"dollar swallowed with a bracket", "AGENT__KEY_PASSWORD=pa$(WORD)" + secret, "line 1 inserts $WORD"},
		{"dollar from a later line", "LOG__FORMAT=$F\nF=json", "line 1 inserts $F"},
		{"dollar of the environment", "AGENT__DIR=$HOME/keys", "line 1 inserts $HOME"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problem := parseDotEnv([]byte(tt.content))
			if !strings.Contains(problem, tt.says) || strings.Contains(problem, secret) {
				t.Errorf("problem is %q, want %q in it", problem, tt.says)
			}
		})
	}
}

func TestDotEnvFile(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	path := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, content string, mode os.FileMode) {
		if err := os.WriteFile(path(name), []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
	write("large", strings.Repeat("#", maxFileSize+1), 0o600)
	write("secret", "AGENT__KEY_PASSWORD=hunter2", 0o644)
	write("private", "AGENT__KEY_PASSWORD=hunter2", 0o600)
	write("harmless", "LOG__FORMAT=json", 0o644)
	if err := os.Mkdir(path(".env"), 0o700); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		options  Options
		fails    bool
		warnings int
	}{
		{"directory called .env is somebody else's", Options{}, false, 0},
		{"directory that was asked for", Options{DotEnvPath: path(".env")}, true, 0},
		{"file that is not there", Options{DotEnvPath: path("absent")}, true, 0},
		{"file that is too large", Options{DotEnvPath: path("large")}, true, 0},
		{"device", Options{DotEnvPath: "/dev/zero"}, true, 0},
		{"secret that others may read", Options{DotEnvPath: path("secret")}, false, 1},
		{"secret that others may not read", Options{DotEnvPath: path("private")}, false, 0},
		{"no secret", Options{DotEnvPath: path("harmless")}, false, 0},
		{"not wanted", Options{DotEnvPath: path("absent"), SkipDotEnv: true}, false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, warnings, err := readDotEnv(tt.options)
			if errors.Is(err, ErrInvalid) != tt.fails || len(warnings) != tt.warnings {
				t.Errorf("error %v, warnings %q", err, warnings)
			}
		})
	}
}

func FuzzDotEnv(f *testing.F) {
	for _, seed := range []string{
		"", "A=b", "export A=\"b\nc\" # d", "A='$B'\r\nLOG__LEVEL=$A", "A", "=", "\"", "A: b", "\ufeffA=b", "A=\\",
		"LOG__LEVEL=\"\\$X$Y${Z}$(Q\"", "A=\"", "#", "export", "A=b\n\"'", "A=\xff", "A B=c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		vars, problem := parseDotEnv([]byte(content))
		if problem != "" && vars != nil {
			t.Error("variables came back beside a problem")
		}
		if strings.ContainsAny(problem, "\n\r\x00") || strings.HasPrefix(problem, "line 0 ") {
			t.Errorf("problem is %q", problem)
		}
	})
}
