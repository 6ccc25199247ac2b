package main

// shares lets requests be charged late, or not at all, and proofs grow old.
func shares() []mutant {
	in := func(name, file, old, new string) mutant { return mutant{name, file, old, new, gatePackages} }
	counted := func(name, file, old, new string) mutant {
		return mutant{name, "quota/" + file, old, new, []string{"./quota"}}
	}
	return []mutant{
		in("gate removed: signer's limit", "gate/chain.go", `{"limit", c.signerLimit},`, ""),
		in("gate removed: caller policy", "gate/chain.go", `{"limit", c.limit},
		{"policy", c.callerPolicy},`, `{"limit", c.limit},`),
		in("gate removed: proofs again", "gate/chain.go", `{"proof", c.stillProved},`, ""),
		in("gate removed: last look", "gate/chain.go", `{"last look", c.lastLook},`, ""),
		in("the token is not looked at again", "gate/proofs.go", `{"token", c.tokenVerdict},`, ""),
		in("the certificate is not looked at again", "gate/proofs.go", `{"certificate", c.certificate},`, ""),
		in("the policy is not asked again", "gate/proofs.go", `{"policy", c.lastingPolicy},`, ""),
		in("a request is refused by its own charge", "gate/policy.go", "ok && !x.charged {", "ok {"),
		in("a used up quota has the body read", "gate/policy.go", "ok && !x.charged {", "ok && x.charged {"),
		in("the timestamp is not looked at again", "gate/proofs.go", `{"timestamp", c.timestamp},`, ""),
		in("a caller may become another", "gate/proofs.go", "x.caller.Name() != name {", "false && name == \"\" {"),
		in("a token alone spends its owner's share", "gate/share.go", "x.certDID.IsZero() && !x.headerDID.IsZero() {", "false {"),
		in("a copy of a request spends its signer's share", "gate/share.go", "if d := c.knownReplay(x); d != nil {", "if d := c.knownReplay(x); false {"),
		in("invented tokens are free", "gate/guess.go", "if x.inactive {", "if false {"),
		in("who invents tokens is asked about all the same", "gate/guess.go", "c.guesses.limits); err != nil {", "c.guesses.limits); false {"),
		in("a buffer of the announced size", "gate/body.go", "size := max(firstBuffer, 2*cap(body))", "size := max(firstBuffer, 2*cap(body), int(length))"),
		counted("bodies are not counted", "place.go", "bytes > limit-p.share.bytes)", "bytes > limit+p.share.bytes)"),
		counted("bodies are counted for ever", "place.go", "p.share.bytes -= p.bytes", "p.share.bytes -= 0"),
		counted("one token fills the memory of addresses", "counter.go", "s.addresses[p.Name] < addressesPerName }", "s.addresses[p.Name] >= 0 }"),
		counted("a flood of names costs a sweep each", "counter.go", "if now.Sub(s.swept).Abs() < retryBusy {", "if false {"),
		counted("who is busy is forgotten", "share.go", "return u.concurrent == 0 && u", "return u"),
		counted("a clock that steps back gives the day again", "share.go", "if u.limits.Daily > 0 {", "if u.limits.Daily > 0 && u.day == dayOf(now) {"),
		counted("a long wait for room is a second", "counter.go", "max(retryBusy, s.roomAt.Sub(now))", "retryBusy"),
		counted("a long wait is none", "share.go", "if s >= math.MaxInt64/float64(time.Second) {", "if false {"),
		counted("who spent its burst is forgotten", "share.go", "float64(u.limiter.Burst()) - u.limiter.TokensAt(now)", "0 - u.limiter.TokensAt(now)"),
		counted("a quota is judged by the beginning", "counter.go", "\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\tnow := c.now()\n\tused := s.find", "\tnow := c.now()\n\ts.mu.Lock()\n\tdefer s.mu.Unlock()\n\tused := s.find"),
		counted("no quota: requests at a time", "share.go", "l.Concurrent > 0 && u.concurrent >= l.Concurrent", "false"),
		counted("no quota: requests of a day", "share.go", "l.Daily > 0 && u.today >= l.Daily", "false"),
		in("the policy judges by the beginning", "gate/policy.go", "Time: c.cfg.Now(),", "Time: x.now,"),
		in("of what a request holds the last is given back", "gate/exchange.go", "x.held = append(x.held, giveBack)", "x.held = []func(){giveBack}"),
		{"a hint names a setting", "internal/refusal/gates.go", `"Sign each request anew, with`, `"The window is DID__TIMESTAMP_WINDOW: sign with`, []string{"./internal/refusal", "./gate"}},
		{"a rule that reads the request is judged without it", "policy/early.go", "if declared[name] && !names[name] {", "if declared[name] && len(names) == 0 {", []string{"./policy"}},
		{"an allow rule that reads the request is forgotten", "policy/early.go", "if !known(k) {", "if false {", []string{"./policy"}},
		{"a used up quota is found late only", "quota/counter.go", "return used.exceeded(now)", "return nil", []string{"./quota", "./policy", "./agent"}},
		{"subjects of one client are one caller", "identity/name.go", "url.QueryEscape(c.Claims.Subject)", `""`, []string{"./identity", "./gate", "./agent", "./task"}},
		{"parts of a name run together", "identity/name.go", `tokenName + url.QueryEscape(c.Claims.Issuer)`, `tokenName + c.Claims.Issuer`, []string{"./identity", "./task"}},
		{"half a name is a name", "identity/name.go", `case c.Claims.Issuer == "" || c.Claims.ClientID == "":`, `case c.Claims.Issuer == "" && c.Claims.ClientID == "":`, []string{"./identity", "./gate", "./task"}},
		{"a token that names nobody passes", "gate/token.go", `if (identity.Caller{Claims: claims}).Name() == "" {`, `if (identity.Caller{Claims: claims}).Name() == "nobody" {`, []string{"./gate"}},
		{"Hydra's tokens have a limit of their own", "internal/configs/hydra.go", "MaxTokenBytes:      int(set.Limits.TokenBytes),", "", []string{"./internal/configs", "./internal/hostile"}},
		{"an issuer's tokens have a limit of their own", "internal/configs/issuers.go", "		MaxTokenBytes: int(set.Limits.TokenBytes),\n", "", []string{"./internal/configs", "./oauth/oidc"}},
	}
}
