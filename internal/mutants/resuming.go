package main

// resuming are changes to how an answer of another agent is told, in one go or in pieces.
func resuming() []mutant {
	peer, call := []string{"./peer -run TestWhat"}, []string{"./cmd/agent -run TestAStream|TestRest|TestIds"}
	return []mutant{
		{"what was printed is printed again", "cmd/agent/printed.go", "return text[s.bytes:], string(", "return text, string(", call},
		{"any text goes on with what was printed", "cmd/agent/printed.go", "string(begin[:]) == string(s.digest.Sum(nil))", "len(begin) > 0", call},
		{"ids of a peer are commands", "cmd/agent/calladvice.go", `if w == "" || plain != "" {`, `if w == "" && plain == "" {`, call},
		{"pieces of a text are lines", "peer/entries.go", "&& !t.pieces {", "{", peer},
		{"what a peer asks is lost", "peer/reply.go", "StatusMessage: w.statusMessage(state),", `StatusMessage: "",`, peer},
		{"an old question is asked again", "peer/reply.go", "nothingElse && state.settled() && state != StateCompleted", "nothingElse", peer},
	}
}
