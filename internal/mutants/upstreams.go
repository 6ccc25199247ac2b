package main

// upstreams are changes to what stands between us and a program behind us.
func upstreams() []mutant {
	upstream := []string{"./backend/upstream"}
	return []mutant{
		{"a card leads to another host", "backend/upstream/card.go", "at, err := u.at.Beside(info.JSONRPC.URL)", "at, err := info.JSONRPC.URL, error(nil)", upstream},
		{"a name of this machine leads elsewhere", "internal/loopback/endpoint.go", "case u.Scheme != \"http\" || !IsLocal(u.Hostname()) || u.Port() == \"0\":", "case u.Scheme != \"http\" || u.Port() == \"0\":", []string{"./internal/loopback", "./backend/upstream -run=Elsewhere"}},
		{"an upstream's answer has no bound", "backend/upstream/call.go", "fetch.Limit(c.body, c.limit, fetch.ErrTooLong)", "c.body", upstream},
		{"an upstream's answer may be to another request", "backend/upstream/call.go", "case string(r.ID) != `\"`+callID+`\"`:", "case false:", upstream},
		{"two callers' messages have one id upstream", "backend/upstream/execute.go", `[]byte(r.req.TaskID+" "+m.ID)`, "[]byte(m.ID)", upstream},
		{"a task that goes on is a new one upstream", "backend/upstream/result.go", "r.taskID, _ = m.Metadata[keyTask].(string)", "", upstream},
		{"what was told upstream is told again", "backend/upstream/telling.go", "case len(rest) == 0:\n\t\treturn nil\n\t}\n\treturn t.tell(known, a, rest, more)", "}\n\treturn t.tell(known, a, contents(a.Parts), more)", upstream},
		{"a broken stream of a model is an answer", "backend/openai/complete.go", "return failTruncated", "return nil", []string{"./backend/openai"}},
		{"an answer that a model was cut off at is whole", "backend/openai/complete.go", "return failLength", "return nil", []string{"./backend/openai"}},
	}
}
