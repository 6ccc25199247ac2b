package skill_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/getbindu/bindu-go/skill"
)

const good = `
- id: pdf-tables
  name: PDF tables
  description: Reads tables out of invoices
  version: "1.2.0"
  tags: [pdf, tables]
  examples: [Extract the tables of this invoice]
  input_modes: [application/pdf]
  outputModes: [application/json, Text/CSV]
  capabilities: [table_extraction]
  allowedTools: [ocr]
  performance: {avg_processing_time_ms: 2000}
  cost: 0.002
  documentationPath: docs/pdf.md
- {id: poem, name: Poem, description: Writes a poem about anything}
`

// directory writes files and returns the path of the first name.
func directory(t testing.TB, files map[string]string, name string) string {
	t.Helper()
	dir := t.TempDir()
	for file, content := range files {
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, name)
}

func load(t testing.TB) *skill.Set {
	t.Helper()
	set, err := skill.Load(directory(t, map[string]string{"skills.yaml": good, "docs/pdf.md": "# PDF\n"}, "skills.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestLoadReadsYAMLAndJSONAlike(t *testing.T) {
	t.Parallel()
	const asJSON = "[\n\t{\"id\":\"pdf-tables\",\"name\":\"PDF tables\",\"description\":\"Reads tables \\ud83d\\ude00\",\"tags\":[\"pdf\"],\"cost\":0.002}]"
	path := directory(t, map[string]string{"skills.json": asJSON}, "skills.json")
	set, err := skill.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	if k := set.Skills()[0]; k.Description != "Reads tables 😀" || k.Cost != "0.002" || k.InputModes[0] != "text/plain" {
		t.Errorf("%+v", k)
	}
	all := load(t).Skills()
	if len(all) != 2 || all[0].LatencyMS != 2000 || all[0].OutputModes[1] != "text/csv" || !all[0].HasDocumentation() || all[1].Tags[0] != "poem" {
		t.Errorf("%+v", all)
	}
}

// All faults are named at once, each with its line and its skill.
func TestLoadNamesEveryFault(t *testing.T) {
	t.Parallel()
	const broken = `- id: a/b
  name: ""
  description: x
  colour: red
- id: twice
  name: 7
- id: twice
  name: y
  description: y
  description: z
  inputModes: [text]
  cost: "-1"
  tags: &t [q]
  examples: *t
`
	_, err := skill.Load(directory(t, map[string]string{"s.yaml": broken}, "s.yaml"))
	if !errors.Is(err, skill.ErrFile) {
		t.Fatal(err)
	}
	for _, want := range []string{
		`line 1: skill "a/b": an id is`, `line 2: skill "a/b": name is empty`, `line 4: skill 1: "colour" is not a member`,
		`line 6: skill "twice": name is not a text`, `line 5: skill "twice": description is missing`,
		`line 7: skill "twice": the id is that of the skill on line 5`, `line 10: skill 3: description is there twice`,
		`line 11: skill "twice": inputModes: "text" is not a media type`, `line 12: skill "twice": cost is not`, `line 14: skill "twice": examples is not a list`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const one = "- {id: a, name: b, description: c}\n"
	for name, tt := range map[string]struct{ file, content, want string }{
		"nothing":                 {"s.yaml", "", "is empty"},
		"a comment":               {"s.yaml", "# none", "no list of skills"},
		"an empty list":           {"s.yaml", "[]", "list of 1 to 64 skills"},
		"a mapping":               {"s.yaml", "skills: []", "list of 1 to 64 skills"},
		"too many":                {"s.yaml", strings.Repeat(one, 65), "list of 1 to 64 skills"},
		"two documents":           {"s.yaml", one + "---\n" + one, "more than one document"},
		"no YAML":                 {"s.yaml", "- {", "did not find"},
		"no JSON":                 {"s.json", "[\n{]", "line 2"},
		"two values":              {"s.json", "[] []", "more than one document"},
		"an id of a path":         {"s.yaml", `- {id: "..", name: b, description: c}`, "an id is"},
		"a long description":      {"s.yaml", "- {id: a, name: b, description: " + strings.Repeat("c", 1025) + "}", "at most 1024"},
		"a control character":     {"s.yaml", `- {id: a, name: "\e[2J", description: c}`, "control characters"},
		"a large file":            {"s.yaml", "#" + strings.Repeat("x", 64<<10), "larger than 65536"},
		"a number of no meaning":  {"s.yaml", "- {id: a, name: b, description: c, performance: {avgProcessingTimeMs: 0}}", "whole number of milliseconds"},
		"the same tag twice":      {"s.yaml", "- {id: a, name: b, description: c, tags: [x, x]}", "twice"},
		"an alias for everything": {"s.yaml", "- &a {id: a, name: b, description: c}\n- *a", "write the members"},
	} {
		_, err := skill.Load(directory(t, map[string]string{tt.file: tt.content}, tt.file))
		if !errors.Is(err, skill.ErrFile) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

// What everybody may read lies beside the file of skills, is text, and is small.
func TestDocumentationStaysInItsDirectory(t *testing.T) {
	t.Parallel()
	outside := directory(t, map[string]string{"secret.md": "top secret"}, "secret.md")
	dir := filepath.Dir(directory(t, map[string]string{
		"in.md": "fine", "key.pem": "KEY", "binary.md": "a\x00b", "large.md": strings.Repeat("x", 64<<10+1), "larger.md": strings.Repeat("y", 200<<10), "empty.md": "", "notes.txt": "text",
	}, "in.md"))
	for link, target := range map[string]string{"out.md": outside, "up.md": "../" + filepath.Base(filepath.Dir(outside)) + "/secret.md", "inner.md": "in.md"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.md"), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"in.md": "", "inner.md": "", "./in.md": "",
		"../x.md": "leads out", outside: "leads out", "a/../../x.md": "leads out",
		"out.md": "escapes", "up.md": "escapes", "key.pem": "does not end in", "notes.txt": "does not end in", "absent.md": "no such file",
		"binary.md": "not text", "large.md": "larger than", "larger.md": "larger than", "empty.md": "is empty", "fifo.md": "not a regular file", "folder.md": "not a regular file",
	} {
		t.Run(strings.ReplaceAll(path, outside, "outside"), func(t *testing.T) {
			file := filepath.Join(dir, "skills.yaml")
			if err := os.WriteFile(file, []byte("- {id: a, name: b, description: c, documentationPath: "+path+"}"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := skill.Load(file)
			switch {
			case want == "" && err != nil:
				t.Error(err)
			case want != "" && (!errors.Is(err, skill.ErrFile) || !strings.Contains(err.Error(), want)):
				t.Errorf("%v, want %q", err, want)
			}
		})
	}
}

func TestDefaultIsAlwaysASkill(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{"Joke Teller": "joke-teller", "a@b.c": "a-b.c", "...": "default", strings.Repeat("x", 99): strings.Repeat("x", 64)} {
		k := skill.Default(name, "d").Skills()[0]
		if k.ID != id || k.Name != name || k.Description != "d" || len(k.Tags) != 1 {
			t.Errorf("%q: %+v", name, k)
		}
	}
}

// FuzzLoad shows that no file makes the reader fail in another way than ErrFile.
func FuzzLoad(f *testing.F) {
	f.Add(good, false)
	f.Add("- &a [*a]", false)
	f.Add("? [x]\n: y", false)
	f.Add(`[{"id":"a","name":"b","description":"c"}]`, true)
	f.Add("[{", true)
	f.Fuzz(func(t *testing.T, content string, isJSON bool) {
		name := "s.yaml"
		if isJSON {
			name = "s.json"
		}
		set, err := skill.Load(directory(t, map[string]string{name: content}, name))
		if err != nil {
			if !errors.Is(err, skill.ErrFile) {
				t.Fatal(err)
			}
			return
		}
		for _, k := range set.Skills() {
			if k.ID == "" || k.Name == "" || k.Description == "" || len(k.Tags) == 0 {
				t.Fatalf("%+v", k)
			}
		}
	})
}
