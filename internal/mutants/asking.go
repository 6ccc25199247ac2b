package main

// asking lets an agent be told, or announce, what it may not.
func asking() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "registrar/" + file, old, new, []string{"./registrar -short", "./registrar/sqlite"}}
	}
	said := func(name, file, old, new string) mutant {
		return mutant{name, "identity/keystatement/" + file, old, new, []string{"./identity/keystatement", "./registrar -short -run=Key"}}
	}
	hydra := func(name, file, old, new string) mutant {
		return mutant{name, "oauth/hydra/" + file, old, new, []string{"./registrar/hydra", "./registrar -short -run=Hydra"}}
	}
	return []mutant{
		in("strangers of its address use up what a DID may ask", "charging.go", "\tplace, refused := r.limits.ask(", "\tif refused := r.limits.stranger(x.address); refused != nil {\n\t\treturn nil, refused\n\t}\n\tplace, refused := r.limits.ask("),
		in("who is revoked asks", "standing.go", "case revoked:", "case revoked && !registered && key == nil:"),
		in("who is not registered asks", "standing.go", "case !registered:", "case !registered && revoked:"),
		in("a key that has ended asks", "standing.go", "case !hasKey(keys, key):", "case len(keys) > 0 && !hasKey(keys, key):"),
		in("a question may be sent again", "standing.go", "return r.decide(ctx, p, false,", "return r.decide(ctx, p, fn == nil,"),
		in("a token for the CA is good between agents", "introspect.go", "slices.Contains(said.Audience, r.cfg.CAAudience)", "slices.Contains(said.Audience, \"\")"),
		in("a token of whoever is revoked is good", "introspect.go", "usable, _, err = standing(read, client)", "usable, _, err = standing(read, client); usable = true"),
		in("who was revoked meanwhile is answered", "introspect.go", "if err := asks(read); err != nil {", "if err := asks(read); err != nil && usable {"),
		in("one agent waits without bound", "introspect.go", "r.asking(x, r.cfg.MaxIntrospections)", "r.asking(x, 0)"),
		in("questions take what belongs to changes", "limits.go", "case known && question:", "case known && question && d == \"\":"),
		in("an announcement counts for ever", "announce.go", "&& now.Before(a.Until)", "&& !now.IsZero()"),
		in("any number of keys is announced", "announce.go", "others[:max(0, len(others)-MaxAnnounced+1)]", "others[:0]"),
		in("what was announced comes back with its agent", "revoke.go", "forgetAnnouncements(tx, d)", "nil"),
		in("anybody's key is announced", "announce.go", "a.TLSKey == key && now", "now"),
		in("the key of whoever is revoked is told", "keys.go", "if registered && k.counts(now) {", "if (registered || len(all) > 0) && k.counts(now) {"),
		in("a key that has ended is told", "keys.go", "if registered && k.counts(now) {", "if registered && !now.Before(k.From) {"),
		said("any key makes a statement", "verify.go", "err != nil || !registrar.BoundTo(key)", "err != nil"),
		said("a statement needs no signature", "verify.go", "|| !ed25519.Verify(key, w.payload(), signature)", ""),
		said("a statement is about any DID", "verify.go", "|| w.DID != d.String() ||", "||"),
		said("a statement counts for ever", "verify.go", "case !now.Before(s.ExpiresAt) ||", "case"),
		said("a statement counts as long as it says", "verify.go", "lives > Lifetime", "false"),
		hydra("a document of another client counts", "adminapi.go", "err != nil || id != d.String()", "err != nil || id == \"\""),
		hydra("what is not Hydra's says that a client is gone", "admin.go", "if !isHydras(resp, body) || nothingThere {", "if nothingThere {"),
	}
}
