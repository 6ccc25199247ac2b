package main

// skills breaks what keeps the pages about skills from telling more than they should.
func skills() []mutant {
	pkgs := []string{"./skill"}
	return []mutant{
		{"documentation lies anywhere", "skill/documentation.go", "case !filepath.IsLocal(path):", "case false:", pkgs},
		{"any file is documentation", "skill/documentation.go", "case !known:", "case !known && kind != \"\":", pkgs},
		{"documentation has no bound", "skill/documentation.go", "readBounded(file, maxDocumentationBytes)", "readBounded(file, 1<<40)", pkgs},
		{"a FIFO is documentation", "skill/file.go", "if !info.Mode().IsRegular() {", "if info == nil {", pkgs},
		{"any text is the id of a skill", "skill/reader.go", `if s.ID != "" && !validID.MatchString(s.ID) {`, "if false {", pkgs},
		{"an answer names every skill", "skill/negotiate.go", "order[:min(len(order), maxMatches)]", "order", pkgs},
		{"a task without a word in common is accepted", "skill/negotiate.go", "if match > 0 && a.Score >= t.MinScore {", "if a.Score >= t.MinScore {", pkgs},
		{"a dearer skill fits", "skill/task.go", "number(s.Cost) <= number(t.MaxCost)", "number(s.Cost) >= 0", pkgs},
		{"a question may have any length", "skill/negotiation.go", "jsonrpc.ReadJSON(w, r, maxQuestionBytes)", "jsonrpc.ReadJSON(w, r, 1<<20)", pkgs},
		{"a skill that is not there is just a path", "gate/route.go", "if strings.HasPrefix(path, beginning) {", "if false && strings.HasPrefix(path, beginning) {", gatePackages},
	}
}
