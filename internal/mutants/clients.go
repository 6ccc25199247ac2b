package main

// clients are changes to how other agents are called.
func clients() []mutant {
	peer := []string{"./peer"}
	call := []string{"./cmd/agent -run TestCall"}
	forms := []string{"./identity/signature -run Explain"}
	return []mutant{
		{"Python's numbers are not known", "identity/signature/forms_tree.go", "case exponent < -4 || exponent >= 16:", "case exponent < -400 || exponent >= 1600:", forms},
		{"an order by code points is not known", "identity/signature/forms_jcs.go", "if s.order == 1 {", "if s.order == 7 {", forms},
		{"the payload that was wanted is not shown", "cmd/agent/verify.go", "} else if wanted, err := scheme.Payload(r); err == nil {", "} else if wanted, err := scheme.Payload(r); err != nil {", []string{"./cmd/agent -run TestScripts/verify"}},
		{"a peer that restarts is given up", "peer/away.go", "return slices.Contains([]fetch.Kind{fetch.Closed,", "return false && slices.Contains([]fetch.Kind{fetch.Closed,", peer},
		{"a message is repeated blindly", "peer/away.go", "if kind == fetch.Refused || r.may == unsent {", "if kind == fetch.Refused {", peer},
		{"a peer that is away is waited for without end", "peer/away.go", "limited || r.away <= maxAway", "limited || r.away > 0", peer},
		{"members beside a part's content are lost", "a2a/members.go", "if len(more) == 0 {", "if len(more) >= 0 {", []string{"./a2a"}},
		{"a client's entry replaces a part's members", "a2a/members.go", "slices.Contains(reserved, name)", "name == \"?\"", []string{"./a2a"}},
		{"members inside a part's file are lost", "a2a/members.go", "len(p.File.More) > 0 {", "len(p.File.More) > 99 {", []string{"./a2a"}},
		{"a mistyped port is tried for as long as there is time", "peer/discover.go", "limit: maxCardAway}", "}", peer},
		{"a closed port is nobody's before the card is read", "peer/discover.go", "repeats{may: unsent, limit: maxCardAway}", "repeats{may: unsent, limit: 1}", peer},
		{"a decision waits until Hydra's key is too old", "agent/keymemory.go", "resolver.Forget(d)", "_ = resolver", []string{"./agent -run TestADecisionCounts"}},
		{"a saved file replaces another", "cmd/agent/attachments.go", "os.O_CREATE|os.O_EXCL", "os.O_CREATE|os.O_TRUNC", call},
		{"files are saved without end", "cmd/agent/attachments.go", "saved > maxFiles {", "saved > 1<<20 {", call},
	}
}
