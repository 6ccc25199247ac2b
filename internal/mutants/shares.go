package main

// shares lets requests be charged late, or not at all, and proofs grow old.
func shares() []mutant {
	in := func(name, file, old, new string) mutant { return mutant{name, file, old, new, gatePackages} }
	return []mutant{
		in("gate removed: signer's limit", "gate/chain.go", `{"limit", c.signerLimit},`, ""),
		in("gate removed: caller policy", "gate/chain.go", `{"limit", c.limit},
		{"policy", c.callerPolicy},`, `{"limit", c.limit},`),
		in("gate removed: proofs again", "gate/chain.go", `{"proof", c.stillProved},`, ""),
		in("gate removed: last look", "gate/chain.go", `{"last look", c.stillProved},`, ""),
		in("the token is not looked at again", "gate/proofs.go", `{"token", c.tokenVerdict},`, ""),
		in("the certificate is not looked at again", "gate/proofs.go", `{"certificate", c.certificate},`, ""),
		in("the policy is not asked again", "gate/proofs.go", `{"policy", c.callerPolicy},`, ""),
		in("the timestamp is not looked at again", "gate/proofs.go", `{"timestamp", c.timestamp},`, ""),
		in("a caller may become another", "gate/proofs.go", "x.caller.Name() != name {", "false && name == \"\" {"),
		in("a token alone spends its owner's share", "gate/share.go", "x.certDID.IsZero() && !x.headerDID.IsZero() {", "false {"),
		in("a buffer of the announced size", "gate/body.go", "size := max(firstBuffer, 2*cap(body))", "size := max(firstBuffer, 2*cap(body), int(length))"),
		in("bodies are not counted", "gate/usage.go", "if bytes > p.limit-p.caller.bytes {", "if false && bytes > p.limit-p.caller.bytes {"),
		in("bodies are counted for ever", "gate/usage.go", "p.caller.bytes -= p.bytes", "p.caller.bytes -= 0"),
		in("one token fills the memory of addresses", "gate/usage.go", `if address != "" && s.addresses[name] >= addressesPerName {`, "if false {"),
		in("the policy judges by the beginning", "gate/policy.go", "Time: c.cfg.Now(),", "Time: x.now,"),
		in("of what a request holds the last is given back", "gate/exchange.go", "x.held = append(x.held, giveBack)", "x.held = []func(){giveBack}"),
		{"a hint names a setting", "internal/refusal/gates.go", `"Sign each request anew; two equal`, `"The window is DID__TIMESTAMP_WINDOW; two equal`, []string{"./internal/refusal", "./gate"}},
		{"a rule that reads the request is judged without it", "policy/early.go", "if declared[name] && !callerOnly[name] {", "if declared[name] && len(callerOnly) == 0 {", []string{"./policy"}},
		{"an allow rule that reads the request is forgotten", "policy/early.go", "if !k.early {", "if false {", []string{"./policy"}},
		{"a quota is judged by the beginning", "agent/policy.go", "p.engine.Quotas().Acquire(c.Name(), p.now)", "p.engine.Quotas().Acquire(c.Name(), func() time.Time { return r.Time })", []string{"./agent", "./internal/hostile"}},
		{"a used up quota is found late only", "policy/quotas.go", "return used.exceeded(quota, now)", "return nil", []string{"./policy", "./agent"}},
		{"subjects of one client are one caller", "identity/caller.go", "url.QueryEscape(c.Claims.Subject)", `""`, []string{"./identity", "./gate", "./agent", "./task"}},
		{"parts of a name run together", "identity/caller.go", `"oauth:" + url.QueryEscape(c.Claims.Issuer)`, `"oauth:" + c.Claims.Issuer`, []string{"./identity", "./task"}},
		{"Hydra's tokens have a limit of their own", "internal/configs/hydra.go", "MaxTokenBytes:      int(set.Limits.TokenBytes),", "", []string{"./internal/configs", "./internal/hostile"}},
		{"an issuer's tokens have a limit of their own", "internal/configs/issuers.go", "		MaxTokenBytes: int(set.Limits.TokenBytes),\n", "", []string{"./internal/configs", "./oauth/oidc"}},
	}
}
