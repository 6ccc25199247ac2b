package main

// execLog lets commands outlive the agent, and logs less than is meant.
func execLog() []mutant {
	children := []string{"./backend -run=DiesWithUs|Guard|Close"}
	return []mutant{
		{"what a command started outlives the agent", "backend/guard.go", "_ = killGroup(id) // whoever ended by itself is not there", "_ = id", children},
		{"a guard kills what has ended", "backend/guard.go", "delete(running, id)", "", children},
		{"a command is heard at its end", "backend/pieces.go", "if !p.tell() {", "if true {", []string{"./backend -run=TellsWhatIsWritten"}},
		{"history has no bound", "backend/input.go", "room < 0", "false", []string{"./backend -run=History"}},
	}
}
