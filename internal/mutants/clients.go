package main

// clients are changes to how other agents are called.
func clients() []mutant {
	peer := []string{"./peer"}
	return []mutant{
		{"a peer that restarts is given up", "peer/away.go", "return slices.Contains([]fetch.Kind{fetch.Closed,", "return false && slices.Contains([]fetch.Kind{fetch.Closed,", peer},
		{"a message is repeated blindly", "peer/away.go", "if kind == fetch.Refused || r.may == unsent {", "if kind == fetch.Refused {", peer},
		{"a peer that is away is waited for without end", "peer/away.go", "limited || r.away <= maxAway", "limited || r.away > 0", peer},
	}
}
