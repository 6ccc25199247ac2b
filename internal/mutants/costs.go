package main

// costs takes away what keeps the cost of a request in proportion to its length.
func costs() []mutant {
	keys, forms := []string{"./identity/did"}, []string{"./internal/freeform", "./a2a"}
	numbers, names := []string{"./internal/jsonnumber", "./internal/freeform"}, []string{"./internal/jsonrpc", "./policy"}
	cut, calls := []string{"./internal/brief", "./audit", "./internal/hostile"}, []string{"./peer"}
	return []mutant{
		{"a number that changes is canonical", "identity/did/number.go", "case !d.isShortest():", "case false && !d.isShortest():", keys},
		{"the nearest double alone is tried", "identity/did/shortest.go", "[...]int64{0, 1, -1, 2, -2, 3, -3}", "[...]int64{0}", keys},
		{"a canonical form may grow without bound", "identity/did/canonical.go", "if len(c.out) > limit {", "if len(c.out) > limit && limit < 0 {", keys},
		{"a duplicate name passes where names are sorted", "identity/did/members.go", "if m.key == members[i-1].key && c.compare(members[i-1], m) == 0 {", "if false {", keys},
		{"names are in the order of UTF-8", "identity/did/utf16.go", "case b >= firstBeyond:", "case false:", keys},
		{"a canonicaliser keeps what it was lent for", "identity/did/quick.go", "c.out[:0], c.members[:0], c.names[:0], c.frames[:0]", "c.out, c.members[:0], c.names[:0], c.frames[:0]", keys},
		{"crowded data is decoded", "internal/freeform/decode.go", "if left--; left < 0 {", "if left++; left < 0 {", forms},
		{"an integer that would change passes", "internal/freeform/number.go", "return ErrInteger", "return nil", forms},
		{"a number out of range passes as text", "internal/freeform/number.go", "return ErrRange", "return nil", forms},
		{"a costly number is parsed", "internal/jsonnumber/number.go", "if !isCostly(number) {", "if true {", numbers},
		{"a duplicate name passes among many", "internal/jsonrpc/names.go", "if same > 1 && s.sameAmong(names[:same]) {", "if false {", names},
		{"a duplicate name passes among few", "internal/jsonrpc/names.go", "return s.sameAmong(names)", "return false", names},
		{"the policy reads a body with duplicate names", "policy/request.go", "jsonrpc.HasDuplicateNames(params) || ", "jsonrpc.HasDuplicateNames(nil) || ", []string{"./policy"}},
		{"a foreign text is logged whole", "internal/brief/brief.go", "func Text(s string) string { return cut(s, MaxText) }", "func Text(s string) string { return s }", cut},
		{"a long value is logged whole", "internal/brief/brief.go", "a.Value = slog.StringValue(cut(a.Value.String(), MaxValue))", "", cut},
		{"a reply may be nested at will", "peer/call.go", "if jsonrpc.TooDeep(text, maxDepth) {", "if false {", calls},
		{"a reply with duplicate names is read", "peer/jsonrpc.go", "jsonrpc.HasDuplicateNames(a.body) || ", "jsonrpc.HasDuplicateNames(nil) || ", calls},
		{"reading a reply outlives its context", "peer/entries.go", "if ctx.Err() != nil {", "if false {", calls},
		{"a card has lists of any length", "a2a/card/parse.go", "len(*e) > maxEntries", "false", []string{"./a2a/card", "./peer"}},
	}
}
