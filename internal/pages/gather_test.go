package pages

import (
	"go/ast"
	"go/types"
	"regexp"
)

var wordForm = regexp.MustCompile(`^[a-z][a-z0-9_]+$`)

// gather fills in the words: everything that stands where a name says "reason",
// "word" or "warning", be it a constant, a field, an argument, a result or an
// attribute of the log.
func (p *program) gather() {
	for _, f := range p.folders {
		for _, file := range f.files {
			ast.Walk(visitor{p: p, f: f}, file)
		}
	}
}

// visitor walks one file and knows in which function it is.
type visitor struct {
	p       *program
	f       *folder
	results []int // which results of the function are words
}

func (v visitor) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncDecl:
		v.results = places(n.Type.Results)
		if called(n.Name.Name) && len(v.results) == 0 {
			v.results = []int{0}
		}
		return v
	case *ast.FuncLit:
		v.results = places(n.Type.Results)
		return v
	case *ast.ReturnStmt:
		v.takeAt(n.Results, v.results)
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if i < len(n.Values) && (called(name.Name) || typeCalled(n.Type)) {
				v.take(n.Values[i])
			}
		}
	case *ast.AssignStmt:
		v.assigned(n)
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && called(key.Name) {
			v.take(n.Value)
		}
	case *ast.CompositeLit:
		v.composite(n)
	case *ast.CallExpr:
		v.call(n)
	}
	return v
}

func (v visitor) assigned(n *ast.AssignStmt) {
	for i := range min(len(n.Lhs), len(n.Rhs)) {
		switch to := n.Lhs[i].(type) {
		case *ast.Ident:
			if called(to.Name) {
				v.take(n.Rhs[i])
			}
		case *ast.SelectorExpr:
			if called(to.Sel.Name) {
				v.take(n.Rhs[i])
			}
		}
	}
}

// composite looks at values without the names of their fields.
func (v visitor) composite(n *ast.CompositeLit) {
	v.takeAt(n.Elts, v.fields(n.Type))
	var element ast.Expr
	switch typ := n.Type.(type) {
	case *ast.ArrayType:
		element = typ.Elt
	case *ast.MapType:
		element = typ.Value
	}
	at := v.fields(element)
	for _, e := range n.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			e = pair.Value
		}
		if inner, ok := e.(*ast.CompositeLit); ok && inner.Type == nil {
			v.takeAt(inner.Elts, at)
		} else if typeCalled(element) {
			v.take(e)
		}
	}
}

// fields are the positions of words in a struct.
func (v visitor) fields(typ ast.Expr) []int {
	switch typ := typ.(type) {
	case *ast.StarExpr:
		return v.fields(typ.X)
	case *ast.StructType:
		return places(typ.Fields)
	case *ast.Ident:
		if typ.Name == "format" { // its name is what a text is refused with
			return []int{0}
		}
		if s := v.f.structs[typ.Name]; s != nil {
			return places(s.Fields)
		}
	case *ast.SelectorExpr:
		if pkg, ok := typ.X.(*ast.Ident); ok && v.p.folders[pkg.Name] != nil {
			if s := v.p.folders[pkg.Name].structs[typ.Sel.Name]; s != nil {
				return places(s.Fields)
			}
		}
	}
	return nil
}

func (v visitor) call(n *ast.CallExpr) {
	name, of := "", v.f.callees
	switch fun := n.Fun.(type) {
	case *ast.Ident:
		name = fun.Name
	case *ast.SelectorExpr:
		name = fun.Sel.Name
		if pkg, ok := fun.X.(*ast.Ident); ok && v.p.folders[pkg.Name] != nil {
			of = v.p.folders[pkg.Name].callees
		} else if _, ours := of[name]; !ours {
			of = v.p.methods
		}
	}
	v.takeAt(n.Args, of[name])
	for i, arg := range n.Args[:max(0, len(n.Args)-1)] {
		if text, ok := literal(arg); ok && text == "reason" {
			v.take(n.Args[i+1])
		}
	}
	if name == "Reason" && len(n.Args) == 1 {
		v.take(n.Args[0])
	}
}

func (v visitor) takeAt(values []ast.Expr, at []int) {
	for _, i := range at {
		if i < len(values) {
			v.take(values[i])
		}
	}
}

// take notes a word, if the expression is one.
func (v visitor) take(e ast.Expr) {
	where := v.p.fset.Position(e.Pos()).String()
	if sum, ok := e.(*ast.BinaryExpr); ok {
		v.p.computed[types.ExprString(sum)] = where
		return
	}
	if list, ok := e.(*ast.CompositeLit); ok { // several of them
		for _, e := range list.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok && isTextMap(list.Type) {
				v.take(pair.Value)
			}
		}
		return
	}
	if text := v.value(e); wordForm.MatchString(text) {
		v.p.gathered[text] = where
	}
}

func isTextMap(typ ast.Expr) bool {
	m, ok := typ.(*ast.MapType)
	return ok && types.ExprString(m.Value) == "string"
}

func (v visitor) value(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := literal(e)
		return text
	case *ast.ParenExpr:
		return v.value(e.X)
	case *ast.Ident:
		return v.f.consts[e.Name]
	case *ast.SelectorExpr:
		if pkg, ok := e.X.(*ast.Ident); ok && v.p.folders[pkg.Name] != nil {
			return v.p.folders[pkg.Name].consts[e.Sel.Name]
		}
	case *ast.CallExpr: // a conversion
		if len(e.Args) == 1 {
			return v.value(e.Args[0])
		}
	}
	return ""
}
