package links

import (
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// public are the packages that are made for programs of others, and home, which
// reads and keeps what those are given (docs/library.md).
var public = []string{
	"agent", "gate", "home", "identity", "identity/did", "identity/signature", "peer", "settings", "task", "transport/mtls",
}

// needed are further packages of ours whose types those name.
var needed = []string{"a2a/card", "audit", "egress/pins", "gate/keymemory", "gate/replay", "identity/evidence", "oauth", "oauth/hydra", "skill", "task/sqlite"}

// What a package of others cannot name, it cannot pass, implement or keep.
func TestPublicPackagesNeedNoInternalType(t *testing.T) {
	s := newSurface()
	for _, pkg := range exported(t, public) {
		s.add(pkg)
	}
	for _, fault := range s.faults() {
		t.Error(fault)
	}
	var others []string
	for path := range s.packages {
		if name, ours := strings.CutPrefix(path, module); ours && !slices.Contains(public, name) {
			others = append(others, name)
		}
	}
	if slices.Sort(others); !slices.Equal(others, needed) {
		t.Errorf("public packages need types of %q; the list of them, here and in docs/library.md, is %q", others, needed)
	}
}

// exported reads what the compiler exports of packages.
func exported(t *testing.T, names []string) []*types.Package {
	t.Helper()
	args := []string{"list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}"}
	for _, name := range names {
		args = append(args, module+name)
	}
	out, err := exec.CommandContext(t.Context(), "go", args...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	files := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		files[path] = file
	}
	read := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) })
	var packages []*types.Package
	for _, name := range names {
		pkg, err := read.Import(module + name)
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, pkg)
	}
	return packages
}

// surface is what users of packages can name, and need to.
type surface struct {
	seen     map[types.Type]bool
	aliased  map[*types.TypeName]bool   // internal types that have another name outside
	needs    map[*types.TypeName]string // internal types, and where they are needed first
	packages map[string]bool            // whose types are needed
}

func newSurface() *surface {
	return &surface{map[types.Type]bool{}, map[*types.TypeName]bool{}, map[*types.TypeName]string{}, map[string]bool{}}
}

// add follows all that a package exports.
func (s *surface) add(pkg *types.Package) {
	for _, name := range pkg.Scope().Names() {
		object := pkg.Scope().Lookup(name)
		if !object.Exported() {
			continue
		}
		where := pkg.Name() + "." + name
		declared, ok := object.(*types.TypeName)
		if !ok {
			s.follow(where, object.Type())
			continue
		}
		named, ok := types.Unalias(declared.Type()).(*types.Named)
		if !ok {
			s.follow(where, types.Unalias(declared.Type()))
			continue
		}
		if declared.IsAlias() && internal(named.Obj()) {
			s.aliased[named.Obj()] = true
		}
		s.members(where, named)
	}
}

// members are what a type is made of, and its methods, those that are embedded too.
func (s *surface) members(where string, named *types.Named) {
	s.follow(where, named.Underlying())
	methods := types.NewMethodSet(types.NewPointer(named))
	for i := range methods.Len() {
		if m := methods.At(i).Obj(); m.Exported() {
			s.follow(where+"."+m.Name(), m.Type())
		}
	}
}

func (s *surface) follow(where string, t types.Type) {
	switch t := t.(type) {
	case *types.Alias:
		if !t.Obj().Exported() {
			s.follow(where, t.Rhs())
			return
		}
		s.name(where, t.Obj())
		return
	case *types.Named:
		s.name(where, t.Obj())
		for arg := range t.TypeArgs().Types() {
			s.follow(where, arg)
		}
		return
	}
	if s.seen[t] {
		return
	}
	s.seen[t] = true
	switch t := t.(type) {
	case *types.Signature:
		for _, tuple := range []*types.Tuple{t.Params(), t.Results()} {
			for v := range tuple.Variables() {
				s.follow(where, v.Type())
			}
		}
	case *types.Struct:
		for f := range t.Fields() {
			if f.Exported() {
				s.follow(where+"."+f.Name(), f.Type())
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			s.follow(where+"."+m.Name(), m.Type())
		}
	case *types.Map:
		s.follow(where, t.Key())
		s.follow(where, t.Elem())
	case interface{ Elem() types.Type }: // pointers, slices, arrays, channels
		s.follow(where, t.Elem())
	}
}

func (s *surface) name(where string, o *types.TypeName) {
	if o.Pkg() == nil {
		return
	}
	if !internal(o) {
		s.packages[o.Pkg().Path()] = true
	} else if _, known := s.needs[o]; !known {
		s.needs[o] = where
	}
}

func (s *surface) faults() []string {
	var all []string
	for o, where := range maps.All(s.needs) {
		if !s.aliased[o] {
			all = append(all, where+" needs "+o.Pkg().Path()+"."+o.Name())
		}
	}
	slices.Sort(all)
	return all
}

func internal(o *types.TypeName) bool {
	return o.Pkg() != nil && slices.Contains(strings.Split(o.Pkg().Path(), "/"), "internal")
}
