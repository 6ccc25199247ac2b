package settings

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestEverySettingDecodesItself: envconfig's own decoding would repeat values in
// its errors, read hexadecimal numbers, and know no rule.
func TestEverySettingDecodesItself(t *testing.T) {
	for _, f := range everyField() {
		if _, ok := f.address().(leaf); !ok {
			t.Errorf("%s is a %s, which does not decode itself", f.name, f.value.Type())
		}
	}
}

// TestFieldsAreCalledLikeTheirVariables: SECTION__SOME_NAME is Section.SomeName.
func TestFieldsAreCalledLikeTheirVariables(t *testing.T) {
	for r, want := range map[root]int{new(Settings): 13, new(RegistrarSettings): 7} {
		members := 0
		for _, section := range reflect.VisibleFields(reflect.TypeOf(r).Elem()) {
			if !section.IsExported() {
				continue
			}
			members++
			for _, leaf := range reflect.VisibleFields(section.Type) {
				if leaf.Anonymous {
					continue
				}
				want := strings.ToUpper(section.Name + "__" + leaf.Name)
				prefix, name, _ := strings.Cut(leaf.Tag.Get("envconfig"), "__")
				if got := prefix + "__" + strings.ReplaceAll(name, "_", ""); got != want {
					t.Errorf("%s.%s is set by %s", section.Name, leaf.Name, leaf.Tag.Get("envconfig"))
				}
			}
		}
		if all, _ := sections(r); len(all) != want || members != want {
			t.Errorf("%d sections of %d are decoded", len(all), members)
		}
	}
}

// TestOneNameHasOneMeaning: what both programs read is of one type and has one
// default, save for the ports, which are to differ on one machine.
func TestOneNameHasOneMeaning(t *testing.T) {
	ofAgent := map[string]field{}
	for _, f := range fields(new(Settings)) {
		ofAgent[f.name] = f
	}
	for _, f := range fields(new(RegistrarSettings)) {
		a, both := ofAgent[f.name]
		if !both {
			continue
		}
		ports := f.name == "NETWORK__PORT" || f.name == "NETWORK__ADMIN_PORT"
		if a.value.Type() != f.value.Type() || (a.tag.Get("default") != f.tag.Get("default")) != ports {
			t.Errorf("%s is %s %q and %s %q", f.name, a.value.Type(), a.tag.Get("default"), f.value.Type(), f.tag.Get("default"))
		}
	}
}

// TestTagsAreOnesThatAreRead: required would end envconfig's run at once.
func TestTagsAreOnesThatAreRead(t *testing.T) {
	key := regexp.MustCompile(`(\w+):"(?:[^"\\]|\\.)*"`)
	for _, f := range everyField() {
		for _, match := range key.FindAllStringSubmatch(string(f.tag), -1) {
			if !slices.Contains([]string{"envconfig", "alias", "default", "derived", "desc", "example", "used"}, match[1]) {
				t.Errorf("%s has the tag %s, which nothing reads", f.name, match[1])
			}
		}
		if rest := strings.TrimSpace(key.ReplaceAllString(string(f.tag), "")); rest != "" {
			t.Errorf("%s has a broken tag: %s", f.name, rest)
		}
	}
}

// TestNamesInMessagesAreSettings looks at every text of the program: a message
// that names a setting which does not exist sends an operator astray.
func TestNamesInMessagesAreSettings(t *testing.T) {
	known := knownNames(everyField(), new(Settings).understood())
	sections := prefixes(everyField())
	name := regexp.MustCompile(`\b(?:` + strings.Join(sections, "|") + `)[A-Z][A-Z_]*[A-Z]\b`)
	found := 0
	for _, dir := range []string{".", "../agent", "../cmd/agent", "../cmd/demo", "../backend", "../policy", "../oauth/oidc", "../oauth/hydra", "../transport/mtls", "../gate", "../registrar"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, text := range texts(t, file) {
				for _, match := range name.FindAllString(text, -1) {
					found++
					if !slices.Contains(known, match) {
						t.Errorf("%s speaks of %s, which is not a setting", file, match)
					}
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d names were found", found)
	}
}

// texts returns the string literals of a file.
func texts(t *testing.T, path string) (all []string) {
	t.Helper()
	source, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
			all = append(all, literal.Value)
		}
		return true
	})
	return all
}

// TestAFaultAboutACopyIsLoud: an address that is not in the settings at hand is
// a mistake of ours, and must not pass for "no fault".
func TestAFaultAboutACopyIsLoud(t *testing.T) {
	var s Settings
	l := newLoader(&s)
	copied := s
	defer func() {
		if recover() == nil {
			t.Error("a fault about a copy is swallowed")
		}
	}()
	l.fault(&copied.Agent.Name, "is wrong")
}

// TestADefaultThatBreaksItsRuleIsReported: decoding ends, with a fault.
func TestADefaultThatBreaksItsRuleIsReported(t *testing.T) {
	l := newLoader(new(Settings))
	l.process(&broken{})
	if len(l.faults) != 1 || l.faults[0].Variable != "BROKEN__PORT" || l.faults[0].Source != SourceDefault {
		t.Errorf("faults: %v", l.faults)
	}
}

type broken struct {
	Port Int `envconfig:"BROKEN__PORT" default:"http"`
}

func (*broken) ranges() []bounds { return nil }
