package main

// issuers weakens the verification of other issuers' tokens.
func issuers() []mutant {
	pkgs := []string{"./oauth/oidc"}
	in := func(name, file, old, new string) mutant { return mutant{name, "oauth/oidc/" + file, old, new, pkgs} }
	return []mutant{
		in("an issuer that is nearly ours passes", "check_token.go", `v.issuers[c.claims.text("iss")]`, `v.issuers[strings.TrimSuffix(c.claims.text("iss"), "/")]`),
		in("a JWT for another audience passes", "check_claims.go", "if len(c.issuer.Audiences) == 0 ||", "if true || len(c.issuer.Audiences) == 0 ||"),
		in("a JWT for the CA passes", "check_claims.go", "if c.out.HasAudience(refused) {", "if false && c.out.HasAudience(refused) {"),
		in("an algorithm that is not on the list passes", "check_token.go", "a, ok := allowed.find(c.header.Algorithm)\n", "a, err := newAlgorithm(c.header.Algorithm)\n\tok := err == nil\n"),
		in("a key serves another algorithm", "keyset.go", `(k.algorithm == "" || k.algorithm == a.name)`, "true"),
		in("any typ passes", "check_type.go", "if !slices.Contains(c.issuer.types, typ) {", "if false && !slices.Contains(c.issuer.types, typ) {"),
		in("an ID token passes", "check_type.go", "\t\t\treturn fmt.Errorf(\"%w: it has %s, as ID tokens do; send the access token\", oauth.ErrTokenUse, name)", "\t\t\tcontinue"),
		in("every unknown key id is looked up", "keysource_read.go", "case s.lastForced.IsZero() ||", "case true ||"),
		in("stale keys serve for ever", "keysource_read.go", "age > s.limits.maxStale {", "false && age > s.limits.maxStale {"),
		in("an expired JWT passes", "check_time.go", "if !c.now.Before(c.out.ExpiresAt) {", "if false && !c.now.Before(c.out.ExpiresAt) {"),
		in("a JWT that was changed passes", "check_token.go", "if c.algorithm.method.Verify(", "if false && c.algorithm.method.Verify("),
	}
}

// connections weakens certificates and what is done with them.
func connections() []mutant {
	pkgs := []string{"./transport/mtls -skip=^TestReal", "./internal/hostile"}
	in := func(name, file, old, new string) mutant {
		return mutant{name, "transport/mtls/" + file, old, new, pkgs}
	}
	return []mutant{
		in("a resumed session is not verified again", "server.go", "if cs.DidResume {", "if false && cs.DidResume {"),
		in("an open connection outlives the trust in its CA", "published.go", "; !ok {", "; false && !ok {"),
		in("an open connection outlives its certificate", "published.go", "if err := checkValidity(cert, now); err != nil {", "if err := checkValidity(cert, now); false && err != nil {"),
		in("sessions outlive our own certificate", "sessioncache.go", "strconv.FormatUint(generation, 36)", `""`),
		in("a ticket of our former certificate is kept", "sessioncache.go", "settled := c.changed.IsZero()", "settled := true || c.changed.IsZero()"),
		in("sessions outlive the server's certificate", "sessioncache.go", "!slices.ContainsFunc(c.ends, ending)", "!slices.ContainsFunc(c.ends, ending) || true"),
		in("a stored pair is used unseen", "store.go", "err = id.Verify(d, issuer, s.now())", "err = nil"),
		in("a staged pair that is older wins", "store.go", "!staged.Leaf().NotBefore.Before(id.Leaf().NotBefore)", "true"),
		in("a staged pair is passed over", "store.go", "case staged != nil && (", "case false && staged != nil && ("),
		{"a connection in use outlives a rotation", "transport/mtls/transport.go", "t.current != nil && t.built >= st.generation", "t.current != nil", []string{"./peer", "./transport/mtls -skip=^TestReal"}},
		in("a server's chain is not verified", "client.go", "if err := verifyChain(cs.PeerCertificates, roots, x509.ExtKeyUsageServerAuth, now); err != nil {", "if err := verifyChain(cs.PeerCertificates, roots, x509.ExtKeyUsageServerAuth, now); false && err != nil {"),
	}
}

// authority weakens what is asked of the CA before it is believed.
func authority() []mutant {
	pkgs := []string{"./transport/stepca -skip=^TestReal", "./internal/hostile"}
	in := func(name, file, old, new string) mutant {
		return mutant{name, "transport/stepca/" + file, old, new, pkgs}
	}
	return []mutant{
		in("the root that the CA sends is not compared with its fingerprint", "trust.go", "len(roots) != 1 || !c.anchor.pins(roots[0]):", "len(roots) != 1:"),
		in("the root file is not compared with the fingerprint", "trust.go", "!slices.ContainsFunc(a.roots, a.pins)", "false && !slices.ContainsFunc(a.roots, a.pins)"),
		in("a certificate that the CA should not have given is used", "accept.go", "if err := id.Verify(c.cfg.DID, c.cfg.Issuer, now); err != nil {", "if err := id.Verify(c.cfg.DID, c.cfg.Issuer, now); false && err != nil {"),
		in("a certificate of ten years is used", "accept.go", "left > limit {", "false && left > limit {"),
		in("a redirect of the CA is followed", "exchange.go", "if resp.StatusCode/100 == 3 {", "if false {"),
	}
}

// wiring puts the parts of the agent together wrongly.
func wiring() []mutant {
	agent := func(name, file, old, new string, pkgs ...string) mutant {
		return mutant{name, "agent/" + file, old, new, pkgs}
	}
	const alone = "./internal/e2e -run=TokensOfAnIssuer$|ADIDIsRequired"
	return []mutant{
		{"readyz does not tell a failure", "admin/answers.go", "if len(reasons) > 0 {", "if false {", []string{"./admin", "./agent", "./internal/hostile"}},
		agent("the private port is open before the agent is ready", "boot.go", "p.client, err = a.reconcile(", "_ = a.listen(at, nil, nil)\n\tp.client, err = a.reconcile(", "./agent -run=ThePrivatePort|AStartTakes"),
		{"AUTH__REQUIRE_DID is ignored", "internal/configs/gates.go", "!bool(set.Auth.RequireDID),", "true,", []string{"./internal/configs", alone}},
		{"a connection may be of any age", "server/bounded.go", "s.config.Now().Sub(c.since) > t.Age {", "false {", []string{"./server", "./internal/hostile"}},
		{"one connection may cancel any number of requests", "server/connection.go", "c.resets.Add(1) == int64(limit)+1", "false && c.resets.Add(1) == int64(limit)+1", []string{"./server", "./internal/hostile -run=TestLimits"}},
		{"one peer may have any number of tokens looked up", "oauth/hydra/introspector.go", "Admit: options.Admit,", "Admit: nil,", []string{"./oauth/hydra -run=Admit", "./internal/hostile -run=TestLimits"}},
		{"one address may hold every connection", "server/listener.go", "l.open >= l.total || l.peers[peer] >= allowed", "l.open >= l.total || allowed == 0", []string{"./server", "./internal/hostile"}},
		{"those with few connections find none left", "server/listener.go", "allowed = l.few", "allowed = l.perPeer", []string{"./server"}},
		{"a whole answer may take any time", "server/bounded.go", "if !w.end.IsZero() && w.end.Before(deadline) {", "if false {", []string{"./server"}},
		{"a port without limits is served", "server/config.go", "if !given {", "if false && !given {", []string{"./server"}},
	}
}

// callers weakens the calls to other agents.
func callers() []mutant {
	pkgs := []string{"./peer", "./cmd/agent"}
	in := func(name, file, old, new string) mutant { return mutant{name, "peer/" + file, old, new, pkgs} }
	return []mutant{
		in("a redirect is followed", "transport.go", "CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },", ""),
		in("the DID of the card is not compared", "discover.go", "!proved.IsZero() && card.DID != proved", "false"),
		in("the client does not pin its peer", "transport.go", "NewTransport(to.peer, t)", "NewTransport(connections{}.peer, t)"),
		in("an answer to another request passes", "jsonrpc.go", "err != nil || got != id", "err != nil"),
		in("plain HTTP leaves this machine", "transport.go", "err != nil || !remote.Addr().Unmap().IsLoopback()", "err != nil || false && !remote.Addr().Unmap().IsLoopback()"),
	}
}

// files makes the agent's directory less durable, or less private.
func files() []mutant {
	pkgs := []string{"./internal/safefile", "./gate/replay -short", "./task/sqlite", "./cmd/agent", "./transport/mtls -skip=^TestReal"}
	in := func(name, file, old, new string) mutant {
		return mutant{name, "internal/safefile/" + file, old, new, pkgs}
	}
	return []mutant{
		in("a file is not synced before it is renamed", "dir.go", "err = f.Sync()", "err = nil"),
		in("a rename is not synced", "dir.go", "d.removeIfThere(temp))\n\t}\n\treturn d.fs.SyncDir(d.path)", "d.removeIfThere(temp))\n\t}\n\treturn nil"),
		in("a file is written in place", "dir.go", `temp := path + ".tmp"`, "temp := path"),
		{"two processes share a directory", "internal/safefile/lock.go", "syscall.LOCK_EX|", "syscall.LOCK_SH|", []string{"./internal/safefile", "./cmd/agent -run=Hostile136"}},
		in("others can read what is written", "dir.go", "os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, mode)", "os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, mode|0o044)"),
		in("others can read what is appended", "log.go", "os.O_EXCL|syscall.O_NOFOLLOW, mode)", "os.O_EXCL|syscall.O_NOFOLLOW, mode|0o044)"),
		in("others can enter a new directory", "dir.go", "fsys.MkdirAll(path, 0o700)", "fsys.MkdirAll(path, 0o755)"),
		in("a directory that others can write to is used", "dir.go", "info.Mode().Perm()&0o022 != 0", "false"),
		in("a symbolic link is followed", "read.go", "os.O_RDONLY|syscall.O_NOFOLLOW|", "os.O_RDONLY|"),
	}
}
