package main

// registering lets an agent change another's client, or a change be half done.
func registering() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "registrar/" + file, old, new, []string{"./registrar -short", "./registrar/sqlite"}}
	}
	operates := func(name, old, new string) mutant {
		return mutant{name, "internal/usersocket/socket.go", old, new, []string{"./internal/usersocket", "./registrar/operator"}}
	}
	return []mutant{
		in("any key registers a known DID", "enrol.go", "if !hasKey(keys, q.key) {", "if len(keys) == 0 {"),
		in("a DID needs not follow from its key", "enrol.go", "case !keyBound:", "case false && !keyBound:"),
		in("one address fills all room for bodies", "bodies.go", "has > 0 && has+n > b.free", "has < 0"),
		in("one agent registers another", "checks.go", "case x.op.own && claim.Signer != x.about:", "case false:"),
		in("any scheme registers", "checks.go", "case claim.Scheme != signature.Octets1:", "case false:"),
		in("strangers take what belongs to known DIDs", "charging.go", "if x.proved {\n\t\treturn nil", "if x.proved && x.op.question {\n\t\treturn nil"),
		in("strangers take what belongs to a credential", "limits.go", "case known:", "case known && question:"),
		in("who writes a known DID decides without end", "charging.go", "if x.proved {\n\t\treturn nil", "if len(x.keys) > 0 {\n\t\treturn nil"),
		in("rates tell which DIDs are known", "handler.go", "if c.strange {", "if c.strange && len(x.keys) == 0 {"),
		in("a key that a registration names proves the DID", "checks.go", "x.key, x.proved = key, hasKey(x.keys, key)", "x.key, x.proved = key, true"),
		in("a revoked key tells which DIDs are known", "enrol.go", "if err := checkKey(tx, q); err != nil {\n\t\treturn err\n\t}\n\tif q.reg.Token", "if q.reg.Token"),
		in("what nobody proved is not paced", "pace.go", "until.Sub(now)-p.burst", "until.Sub(now)-2*p.burst"),
		in("who is proved is paced for ever", "pace.go", "\t\tr.pace.give(x.address)\n", ""),
		in("many addresses give a DID more changes", "charging.go", "refused := r.limits.change(x.claim.Signer.String())", "refused := (*Refusal)(nil)"),
		in("who has not the key spends a DID's changes", "charging.go", "if x.op.question || !x.proved {", "if x.op.question {"),
		in("a revoked key comes back under another name", "enrol.go", "if err == nil && len(revoked) > 0 {", "if err == nil && len(revoked) > 1 {"),
		{"the registrar locks itself out", "registrar/operate.go", "if d == r.cfg.Self {", "if d.IsZero() {", []string{"./registrar -short", "./registrar/operator"}},
		in("a registration may be sent again", "proof.go", "if err == nil && !fresh {", "if err == nil && !fresh && now.IsZero() {"),
		in("two replicas write at once", "register.go", "if in != nil && now.Before(in.Until) {", "if false {"),
		in("who is revoked registers", "enrol.go", "case t == nil || !t.Revoked:", "case t == nil || t.Seq > 0:"),
		in("what is written beside a revocation stays", "revoke.go", "in.Remove, in.Document = true, nil", "in.Remove = false"),
		in("a change that did not arrive counts", "settle.go", "if mismatch(has, in) != nil {", "if mismatch(has, in) != nil && in.Remove {"),
		in("a late write brings a deleted client back", "register.go", "err = errors.Join(err, r.recall(ctx, q.did))", "err = errors.Join(err, nil)"),
		in("a client with another key is taken over", "write.go", "case ours == nil && publicKeyIn(has) != did.EncodePublicKey(q.key):", "case false:"),
		in("what another hand added is not seen", "drift.go", "!ours && !slices.Contains(kept, name)", "false && !ours"),
		in("an enrolment token has no end of uses", "tokens.go", "case t.Uses >= t.MaxUses:", "case false:"),
		in("a pattern takes the DIDs of others", "tokens.go", "case !d.BoundTo(key) && strings.ContainsAny(t.Author+t.Name, patternBytes):", "case key == nil:"),
		in("one address binds DIDs without end", "enrol.go", "if n >= r.cfg.MaxDIDsPerAddress {", "if n < 0 {"),
		operates("every user is the operator", "return uid == 0 || uid == own", "return true"),
		operates("whoever connects is the operator", "if err == nil && Serves(uid, os.Geteuid()) {", "if err == nil || uid > 0 || true {"),
	}
}
