package main

// mutants lists every change that is tried.
func mutants() []mutant {
	return concat(
		gates(),
		skills(),
		agreement(),
		requests(),
		layers(),
		leases(),
		replays(),
		signedAnswers(),
		owners(),
		rules(),
		issuers(),
		connections(),
		authority(),
		wiring(),
		callers(),
		files(),
		signing(),
		shares(),
		servers(),
		registering(), asking(), certificates(), registered(), replicas(),
		following(), referring(), hotkeys(),
		trust(),
		replaying(),
		taskShares(),
		taskEvents(), taskReplicas(),
		outbound(),
		egress(),
		cards(),
		costs(),
		scanning(),
		dialects(),
		bindings(),
		pushing(),
		storageFaults(),
		numbers(),
		lifecycle(),
		clients(),
		resuming(),
		upstreams(),
		ofMCP(),
		execLog(),
		recording(),
	)
}

func concat(lists ...[]mutant) []mutant {
	var all []mutant
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var gatePackages = []string{"./gate", "./internal/hostile"}

// gates removes each gate from the chain in turn.
func gates() []mutant {
	var list []mutant
	for _, g := range []struct{ name, line string }{
		{"shape", `{"shape", c.shape},`},
		{"token syntax", `{"token", c.tokenSyntax},`},
		{"token verdict", `{"token", c.tokenOnce},`},
		{"certificate", `{"certificate", c.certificate},`},
		{"signature headers", `{"signature", c.signatureHeaders},`},
		{"agreement", `{"agreement", c.agreement},`},
		{"timestamp", `{"timestamp", c.timestamp},`},
		{"signature verdict", `{"signature", c.signatureVerdict},`},
		{"limit", `{"limit", c.limit},`},
		{"replay", `{"replay", c.replay},`},
		{"strict JSON", `{"json", c.strictJSON},`},
		{"scope", `{"scope", c.scope},`},
	} {
		list = append(list, mutant{"gate removed: " + g.name, "gate/chain.go", g.line, "", gatePackages})
	}
	return list
}

func agreement() []mutant {
	in := func(name, old, new string) mutant { return mutant{name, "gate/agree.go", old, new, gatePackages} }
	return []mutant{
		in("certificate and token may differ", "n.Certificate != n.Token {", "false {"),
		in("header and token may differ", "n.Header != n.Token {", "false {"),
		in("header and certificate may differ", "n.Header != n.Certificate {", "false {"),
		in("a header alone is enough", "n.Certificate.IsZero() && n.Token.IsZero() {", "false {"),
	}
}

func requests() []mutant {
	return []mutant{
		{"an old timestamp passes", "gate/signature.go", "stamp < now-window ||", "", gatePackages},
		{"a timestamp from the future passes", "gate/signature.go", "|| stamp > now+window", "", gatePackages},
		{"another recipient passes", "identity/signature/claim.go", `audience != "" && audience != to.DID.String()`, "false && audience != \"\"", gatePackages},
		{"key binding is not enforced", "gate/signature.go", "c.cfg.RequireKeyBound && !bound", "false && !bound", gatePackages},
		{"a token that expired in the cache passes", "gate/token.go", "err == nil && !claims.ExpiresAt.IsZero() && !x.now.Before(claims.ExpiresAt)", "false", gatePackages},
		{"a client that is no DID passes", "gate/token.go", "return deny(ClientNotDID, nil)", "return nil", gatePackages},
		{"an unclassified token error passes as inactive", "gate/token.go", "d := lookup(tokenErrors, err, TokenUnavailable)", "d := lookup(tokenErrors, err, TokenInactive)", gatePackages},
		{"a second security header is ignored", "gate/shape.go", "(len(values) > 1 || canonical != name)", "(len(values) > 99 || canonical != name)", gatePackages},
		{"underscores stand for hyphens", "gate/shape.go", "(len(values) > 1 || canonical != name)", "(len(values) > 1)", gatePackages},
		{"a compressed body passes", "gate/shape.go", `e != "" && !strings.EqualFold(e, "identity")`, "false && e != \"\"", gatePackages},
		{"paths are decoded before they are matched", "gate/route.go", "path := x.r.URL.EscapedPath()", "path := x.r.URL.Path", gatePackages},
		{"the handler sees the credentials", "gate/chain.go", "r.Header = publicHeader(r.Header)", "r.Header = r.Header.Clone()", gatePackages},
		{"a method without permissions passes", "gate/scope.go", "if !ok {\n		d := deny(MethodUnknown, nil)", "if false && !ok {\n		d := deny(MethodUnknown, nil)", gatePackages},
		{"any permission opens any method", "gate/permissions.go", "return slices.ContainsFunc(p[method], granted)", "return slices.ContainsFunc(p[method], granted) || true", gatePackages},
	}
}
