package pages

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const repository = "../.."

// helpers are packages of tests and tools: what they say nobody has to look up.
var helpers = map[string]bool{
	"authoritytest": true, "bench": true, "chaos": true, "costtest": true, "e2e": true, "faultproxy": true, "fixtures": true,
	"hostile": true, "hydratest": true, "loadscale": true, "mutants": true, "oidctest": true, "settingsdoc": true, "soak": true,
	"stepcatest": true, "testdata": true, "dev": true, "tools": true, "bin": true, "dist": true,
}

// folder is one package: its files, and what its names stand for.
type folder struct {
	files   map[string]*ast.File
	consts  map[string]string
	structs map[string]*ast.StructType
	callees map[string][]int // functions by name, and which arguments are words
}

// program is every package that is built into the agent.
type program struct {
	fset     *token.FileSet
	folders  map[string]*folder // by the name of the package
	methods  map[string][]int   // exported ones of any package, like the callees of a folder
	gathered map[string]string  // word: where
	computed map[string]string  // words that are put together: expression: where
}

// read parses the sources of the program.
func read(t *testing.T) *program {
	t.Helper()
	p := &program{token.NewFileSet(), map[string]*folder{}, map[string][]int{}, map[string]string{}, map[string]string{}}
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != repository && (helpers[d.Name()] || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(p.fset, path, nil, parser.SkipObjectResolution)
		if err == nil {
			p.add(path, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *program) add(path string, file *ast.File) {
	name := file.Name.Name
	f := p.folders[name]
	if f == nil {
		f = &folder{map[string]*ast.File{}, map[string]string{}, map[string]*ast.StructType{}, map[string][]int{}}
		p.folders[name] = f
	}
	f.files[path] = file
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if i < len(n.Values) {
					if text, ok := literal(n.Values[i]); ok {
						f.consts[name.Name] = text
					}
				}
			}
		case *ast.TypeSpec:
			if s, ok := n.Type.(*ast.StructType); ok {
				f.structs[n.Name.Name] = s
			}
		case *ast.FuncDecl:
			f.callee(n.Name.Name, n.Type)
			if n.Recv != nil && n.Name.IsExported() {
				p.methods[n.Name.Name] = append(p.methods[n.Name.Name], places(n.Type.Params)...)
			}
		case *ast.Field: // a callback
			if typ, ok := n.Type.(*ast.FuncType); ok {
				for _, name := range n.Names {
					f.callee(name.Name, typ)
				}
			}
		case *ast.AssignStmt:
			for i := range min(len(n.Lhs), len(n.Rhs)) {
				name, isName := n.Lhs[i].(*ast.Ident)
				if lit, ok := n.Rhs[i].(*ast.FuncLit); ok && isName {
					f.callee(name.Name, lit.Type)
				}
			}
		}
		return true
	})
}

// callee notes which parameters of a function are words.
func (f *folder) callee(name string, typ *ast.FuncType) {
	f.callees[name] = append(f.callees[name], places(typ.Params)...)
}

// places are the positions in a list of fields whose names say that a word is there.
func places(list *ast.FieldList) []int {
	var found []int
	at := 0
	if list == nil {
		return nil
	}
	for _, field := range list.List {
		for _, name := range field.Names {
			if called(name.Name) || typeCalled(field.Type) {
				found = append(found, at)
			}
			at++
		}
		if len(field.Names) == 0 {
			if typeCalled(field.Type) {
				found = append(found, at)
			}
			at++
		}
	}
	return found
}

// called reports whether a name says that its value is a word.
func called(name string) bool {
	name = strings.TrimSuffix(name, "s")
	for _, end := range []string{"reason", "word", "warning"} {
		if strings.EqualFold(name, end) || strings.HasPrefix(name, end) && len(name) > len(end) && name[len(end)] <= 'Z' ||
			strings.HasSuffix(name, strings.ToUpper(end[:1])+end[1:]) {
			return !strings.HasSuffix(strings.ToLower(name), "password")
		}
	}
	return strings.HasPrefix(name, "reject") && len(name) > len("reject")
}

func typeCalled(typ ast.Expr) bool {
	switch typ := typ.(type) {
	case *ast.Ident:
		return typ.Name == "Reason"
	case *ast.SelectorExpr:
		return typ.Sel.Name == "Reason"
	}
	return false
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}
