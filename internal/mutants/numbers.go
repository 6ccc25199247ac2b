package main

// numbers takes away what keeps a refusal from being read as another error.
func numbers() []mutant {
	refusals, shapes := []string{"./gate", "./internal/hostile"}, []string{"./gate", "./internal/jsonrpc"}
	answers, calls := []string{"./a2a"}, []string{"./peer"}
	return []mutant{
		{"a word of nobody's is said", "internal/refusal/answer.go", "return Internal.At(p)", "entry, _ = general(Internal)", []string{"./gate", "./internal/refusal"}},
		{"our numbers are those of A2A", "internal/refusal/numbers.go", "CodeRequest = -31400 - iota", "CodeRequest = -32000 - iota", refusals},
		{"Auth0's numbers are for everybody", "internal/jsonrpc/version.go", "if NamesVersion(r) {\n\t\treturn a", "if false {\n\t\treturn a", refusals},
		{"Auth0's numbers are for nobody", "gate/denial.go", "a = jsonrpc.Numbered(r, a)", "", refusals},
		{"a version in the query is no version", "internal/jsonrpc/version.go", "if r.URL != nil && r.URL.RawQuery", "if false && r.URL.RawQuery", shapes},
		{"several versions are one", "internal/jsonrpc/version.go", "if len(headers) > 1 || len(asked) > 1 {", "if false {", []string{"./internal/jsonrpc", "./a2a"}},
		{"header and query may name two versions", "internal/jsonrpc/version.go", "if len(asked) > 0 && versionOf(asked) != version {", "if false {", []string{"./internal/jsonrpc", "./a2a"}},
		{"data is an object for callers of 1.0", "internal/jsonrpc/response.go", "if !details {", "if true {", shapes},
		{"a fault of a proved caller is HTTP 400", "gate/scope.go", "d.place = refusal.Envelope", "d.place = refusal.Gates", refusals},
		{"clients of 0.3 get a list as data", "a2a/errors.go", "if jsonrpc.NamesVersion(r) {", "if true {", answers},
		{"a reason in details is not read", "peer/why.go", "w = parseWhy(b.Details)", "", calls},
		{"a reason that is text is not read", "peer/why.go", "w := why{reason: textOf(value)}", "w := why{}", calls},
		{"the reason of an ErrorInfo's metadata is not read", "peer/why.go", "cmp.Or(textOf(meta.Reason), textOf(d.Reason))", "textOf(d.Reason)", calls},
		{"a list of details is read to its end", "peer/why.go", "for range maxDetails {", "for {", calls},
	}
}
