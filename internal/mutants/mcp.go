package main

// ofMCP are changes to what stands between callers and an MCP server.
func ofMCP() []mutant {
	own, wire, judged := []string{"./mcp"}, []string{"./internal/mcpwire", "./internal/hostile -run=TestHostile/184"}, []string{"./gate", "./internal/hostile -run=TestHostile/184"}
	return []mutant{
		{"a session is everybody's", "mcp/sessions.go", "one = s.owned[owner][id]", "one = s.all[id]", own},
		{"a session that is given twice stays its first owner's", "mcp/sessions.go", "if before := s.all[id]; before != nil {", "if before := s.all[id]; false {", own},
		{"a session never ends", "mcp/sessions.go", "return s.open == 0 && now.Sub(s.used) >= longest", "return false", own},
		{"a caller has sessions without end", "mcp/sessions.go", "if len(s.owned[owner])+s.opening[owner] >= s.cfg.SessionsPerCaller {", "if false {", own},
		{"an event's id says whose it is", "mcp/handler.go", `case x.r.Method == http.MethodDelete, x.r.Header.Get(mcpwire.HeaderEvent) != "":`, "case x.r.Method == http.MethodDelete:", []string{"./mcp", "./internal/hostile -run=TestHostile/184_session"}},
		{"a stream of MCP does not ask", "mcp/stream.go", "err := lease.Check(s.w)", "err := error(nil)", own},
		{"an MCP server says what it likes of itself", "mcp/relay.go", "return refusedError(answer.Status)", "return nil", own},
		{"any session is handed on", "mcp/relay.go", "case id == \"\" || !x.opens || answer.Status != http.StatusOK:", "case id == \"\":", own},
		{"a tool's name in another case is none", "internal/mcpwire/message.go", "if known != \"\" && !exact {", "if false {", wire},
		{"a caller answers in the runtime's name", "internal/mcpwire/message.go", "case strings.HasPrefix(env.Method, ours):", "case false:", wire},
		{"a caller describes its message itself", "internal/mcpwire/header.go", "return strings.HasPrefix(name, parameterStart)", "return strings.HasPrefix(name, \"Mcp-\")", wire},
		{"rules do not see the tool", "gate/policy.go", "Tool: x.message.Tool", "Tool: \"\"", []string{"./gate", "./internal/e2e -run=AToolThat"}},
		{"a method that nobody knows needs nothing", "gate/scope.go", "return r.Otherwise, true", "return []string{\"agent:read\"}, true", judged},
	}
}
