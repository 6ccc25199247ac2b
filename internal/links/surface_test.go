package links

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"testing"
)

// Each way in which a declaration can need a type of an internal package is found,
// and what needs none is not.
func TestNeedOfAnInternalTypeIsFound(t *testing.T) {
	const hidden = " needs example.com/m/internal/hidden.T"
	for declaration, want := range map[string][]string{
		`func F(hidden.T) {}`:                                          {"m.F" + hidden},
		`func F() (n int, err *hidden.T)`:                              {"m.F" + hidden},
		`func F(...[]map[string]chan hidden.T)`:                        {"m.F" + hidden},
		`func F(func(map[hidden.T]int))`:                               {"m.F" + hidden},
		`var V [2]hidden.T`:                                            {"m.V" + hidden},
		`type G struct{ A struct{ B hidden.T } }`:                      {"m.G.A.B" + hidden},
		`type G struct{ hidden.T }`:                                    {"m.G.T" + hidden},
		`type G struct{}; func (*G) M(hidden.T) {}`:                    {"m.G.M" + hidden},
		`type G struct{ g }; type g struct{}; func (g) M(hidden.T) {}`: {"m.G.M" + hidden},
		`type G interface{ M() hidden.T }`:                             {"m.G.M" + hidden},
		`type G interface{ g }; type g interface{ M() hidden.T }`:      {"m.G.M" + hidden},
		`type G func(hidden.T)`:                                        {"m.G" + hidden},
		`type P[A any] struct{}; var V P[hidden.T]`:                    {"m.V" + hidden},
		`type a = hidden.T; func F(a) {}`:                              {"m.F" + hidden},
		`type A = hidden.T; func F(A, hidden.T) {}`:                    nil,
		`type G struct{ b hidden.T }; func (G) m(hidden.T) {}`:         nil,
		`func f(hidden.T) {}; var v hidden.T`:                          nil,
		`type g struct{ B hidden.T }`:                                  nil,
	} {
		s := newSurface()
		s.add(checked(t, declaration))
		if got := s.faults(); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", declaration, got, want)
		}
	}
}

// checked is a package m that imports the internal one, which has a type T.
func checked(t *testing.T, declaration string) *types.Package {
	t.Helper()
	fset := token.NewFileSet()
	check := func(path, source string, imports types.Importer) *types.Package {
		file, err := parser.ParseFile(fset, path, source, 0)
		if err != nil {
			t.Fatalf("%s: %v", declaration, err)
		}
		pkg, err := (&types.Config{Importer: imports}).Check(path, fset, []*ast.File{file}, nil)
		if err != nil {
			t.Fatalf("%s: %v", declaration, err)
		}
		return pkg
	}
	hidden := check("example.com/m/internal/hidden", "package hidden\ntype T struct{ _ int }", nil)
	source := "package m\nimport \"example.com/m/internal/hidden\"\n" + declaration + "\nvar _ hidden.T"
	return check("example.com/m", source, importing{hidden})
}

type importing struct{ pkg *types.Package }

func (i importing) Import(string) (*types.Package, error) { return i.pkg, nil }
