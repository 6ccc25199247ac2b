package main

// outbound are changes to how settings are read and how authorities are called.
func outbound() []mutant {
	settings := []string{"./settings"}
	fetch := []string{"./internal/fetch", "./agent"}
	return []mutant{
		{"a value of .env that a shell reads differently passes", "settings/ambiguous.go", "if problem := s.differs(vars, settled); problem != \"\" {", "if problem := s.differs(vars, settled); false && problem != \"\" {", settings},
		{"variables for the command are not judged", "settings/ambiguous.go", "return slices.Contains(commandEnv, name) ||\n\t\t\tslices", "return slices", settings},
		{"the command may get settings of ours", "settings/commandenv.go", "strings.HasPrefix(upper, p) }):", "false && strings.HasPrefix(upper, p) }):", []string{"./settings", "./cmd/agent -run TestScripts/config_refuses"}},
		{"an address that is not served passes", "settings/ruleurl.go", "u.Path != \"\" {", "u.Path == \"?\" {", []string{"./settings", "./cmd/agent -run TestScripts/config_refuses"}},
		{"any name makes a DID", "settings/ruledid.go", "default:\n\t\t\treturn fmt", "case r == 0:\n\t\t\treturn fmt", []string{"./settings", "./cmd/agent -run TestScripts/config_refuses"}},
		{"a range of a setting is not looked at", "settings/decode.go", "wrong := b.breached(); wrong != \"\"", "wrong := b.breached(); false && wrong != \"\"", settings},
		{"only the first faulty setting is reported", "settings/decode.go", "delete(l.chosen, f.name)\n\t\tf.value.SetZero()", "return\n\t\tf.value.SetZero()", settings},
		{"decoded settings stay in the environment", "settings/decode.go", "if h.set {", "if h.set || true {", settings},
		{"a faulty setting is repeated with its value", "settings/decode.go", "wrong = rule.Error()", "_, wrong = rule, parse.Error()", settings},
		{"what a program sets passes unseen", "settings/validate.go", "if err := f.decode(text); err != nil {", "if err := f.decode(text); false && err != nil {", settings},
		{"loopback goes to a proxy", "internal/fetch/proxy.go", "|| isLoopback(target.Hostname())", "", fetch},
		{"calls go without a proxy that is none", "internal/fetch/proxy.go", "if !isProxy(env.HTTPSProxy) {", "if false && !isProxy(env.HTTPSProxy) {", []string{"./internal/fetch", "./cmd/agent -run TestScripts/config_refuses"}},
		{"authorities are called without the proxy", "internal/fetch/transport.go", "proxy.forRequest,", "func(*http.Request) (*url.URL, error) { _ = proxy; return nil, nil },", fetch},
		{"an answer without TLS is not named", "internal/fetch/describe.go", "string(record.RecordHeader[:]) == \"HTTP/\"", "string(record.RecordHeader[:]) == \"?\"", []string{"./internal/fetch", "./oauth/hydra -run TestNoAnswer"}},
		{"an authority's redirect is followed", "internal/fetch/client.go", "CheckRedirect: refuseRedirect}", "CheckRedirect: nil}", []string{"./internal/fetch", "./oauth/oidc", "./oauth/hydra"}},
		{"a cut answer passes for a whole one", "internal/fetch/failure.go", "return 0, b.exceeded\n\t}\n\treturn n, err", "return n, io.EOF\n\t}\n\treturn n, err", []string{"./internal/fetch"}},
		{"a lifetime as text is refused", "oauth/internal/issued/issued.go", "case '\"':\n\t\t// No more", "case '?':\n\t\t// No more", []string{"./oauth/internal/issued", "./oauth/oidc -run Token", "./oauth/hydra -run TestTokenEndpoint"}},
		{"a 404 on create passes for a missing client", "oauth/hydra/admin.go", "|| nothingThere {", "|| false && nothingThere {", []string{"./oauth/hydra -run TestNotFound|TestAddress"}},
		{"who joins a load keeps its place", "oauth/internal/refresh/flight.go", "leave()\n\t\treturn landing", "return landing", []string{"./oauth/internal/refresh"}},
		{"an answer that ended on its way is handed out", "oauth/internal/refresh/load.go", "|| now.Before(a.Expire) ||", "|| true ||", []string{"./oauth/internal/refresh", "./oauth/internal/tokens"}},
		{"a load that is too old is joined", "oauth/internal/refresh/flight.go", "(c.cfg.Age == 0 ||", "(true ||", []string{"./oauth/internal/refresh", "./oauth/hydra -run TestSlowHydra"}},
		{"what was asked before counts after Forget", "oauth/internal/refresh/flight.go", "q.void = true", "q.void = false", []string{"./oauth/internal/refresh", "./oauth/hydra -run TestForgetCounts"}},
		{"a document without a key is read for each request", "oauth/internal/refresh/flight.go", "now.Before(r.until) {", "false && now.Before(r.until) {", []string{"./oauth/internal/refresh", "./oauth/hydra -run TestAnUnusable"}},
		{"an authority that is away ends what is known", "oauth/internal/refresh/config.go", "return !errors.Is(err, oauth.ErrUnavailable) &&", "return true || !errors.Is(err, oauth.ErrUnavailable) &&", []string{"./oauth/internal/refresh", "./oauth/hydra -run=TokenSource|Hydra|Verdict"}},
		{"a place is left before the load is over", "oauth/internal/refresh/flight.go", "found, err := c.ask(work, q, key, arg)\n\t\tthen()", "then()\n\t\tfound, err := c.ask(work, q, key, arg)", []string{"./oauth/internal/refresh"}},
		{"a refused token is asked for by each call", "oauth/internal/refresh/replace.go", "if landing, ok := c.join(key, now); ok {", "if landing, ok := c.join(key, now); false && ok {", []string{"./oauth/internal/refresh -run=Stale|Replacement", "./oauth/internal/tokens"}},
		{"a token is replaced that nobody refused", "oauth/internal/refresh/replace.go", "ok && !stale(e.Value) {", "false && ok && !stale(e.Value) {", []string{"./oauth/internal/refresh -run=Stale|Replacement", "./oauth/internal/tokens"}},
		{"who takes no token has us ask without end", "oauth/internal/tokens/source.go", "if !s.replaced.AllowN(s.cfg.Now(), 1) {", "if false {", []string{"./oauth/internal/tokens"}},
		{"a call is repeated with each token", "peer/bearer.go", "r.renewed || !refused", "!refused", []string{"./peer -run=Token"}},
		{"what may have run is repeated with another token", "peer/bearer.go", "return r.may != unsent || r.signs && !refused.Proved", "return true", []string{"./peer -run=Token|MayHaveRun"}},
		{"any refusal costs a token", "peer/bearer.go", "return staleTokens[word] && cmp.Or(r.Gate, gateToken) == gateToken", "return cmp.Or(r.Gate, gateToken) != \"\"", []string{"./peer -run=Token"}},
		{"a stream goes on with the token that ended", "peer/bearer.go", "refusal.TokenKID: true, refusal.AuthExpired: true,", "refusal.TokenKID: true,", []string{"./peer -run=Token"}},
		{"a repair leaves the secret out", "oauth/hydra/repair.go", "append(slices.Clone(r.patch), set(\"client_secret\", secret))", "slices.Clone(r.patch); _ = secret", []string{"./oauth/hydra -run=TestReconcile|TestConformanceFake"}},
		{"a command that is not there passes", "agent/preflight.go", "if p.given.Executor != nil ||", "if true || p.given.Executor != nil ||", []string{"./agent", "./cmd/agent -run TestScripts/config_refuses"}},
	}
}
