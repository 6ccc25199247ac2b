package main

// cards are changes to how cards are signed, and to whose word is taken for it.
func cards() []mutant {
	own := []string{"./identity/jws", "./a2a/card", "./peer -run Card"}
	verify := func(name, old, new string) mutant { return mutant{name, "identity/jws/verify.go", old, new, own} }
	form := func(name, old, new string) mutant {
		return mutant{name, "a2a/card/payload.go", old, new, []string{"./a2a/card"}}
	}
	proof := func(name, old, new string) mutant {
		return mutant{name, "peer/cardproof.go", old, new, []string{"./peer -run Card|Document|Word"}}
	}
	document := func(name, old, new string) mutant {
		return mutant{name, "peer/document.go", old, new, []string{"./peer -run Card|Document|Word"}}
	}
	const believes = `var h struct { JWK struct { X string ` + "`json:\"x\"`" + ` } ` + "`json:\"jwk\"`" + ` }
	raw, _ := decode(s.Protected, maxProtected)
	if s.Header != nil { raw = s.Header }
	if json.Unmarshal(raw, &h) == nil && h.JWK.X != "" { key, _ = decode(h.JWK.X, maxProtected) }
	return did.VerifyJWS(`
	return []mutant{
		verify("a card's signature by any kid counts", "if text(protected.KID) != kid {", "if kid == \"\" {"),
		verify("a card's signature by any algorithm counts", "case text(m.Alg) != algorithm:", "case false:"),
		verify("a card's signature of any type counts", `case m.Typ != nil && text(m.Typ) != "JOSE":`, "case false:"),
		verify("a signature over another form of a card counts", "case m.Form != nil:", "case false:"),
		verify("what a card's signature demands (crit) is passed over", "case m.Crit != nil || m.B64 != nil:", "case false:"),
		verify("what nothing protects speaks for a card's signature", "if m.Alg != nil || m.KID != nil || m.Typ != nil || m.Crit != nil || m.B64 != nil {", "if false && m.Alg != nil {"),
		verify("a header has a member twice", "json.Unmarshal(raw, &m) != nil {", "json.Unmarshal(raw, &m, jsontext.AllowDuplicateNames(true)) != nil {"),
		verify("a card brings the key that it is verified with", "return did.VerifyJWS(", believes),
		verify("a signature has line ends", `strings.ContainsAny(encoded, "\r\n")`, `strings.ContainsAny(encoded, "")`),
		verify("base64url of a signature has stray bits", "base64.RawURLEncoding.Strict()", "base64.RawURLEncoding"),
		{"any number of signatures is looked at", "identity/jws/jws.go", "if len(all) > MaxSignatures {", "if len(all) < 0 {", append([]string{"./identity/jws"}, own[1:]...)},
		{"any bytes are a card's signature", "identity/did/assertion.go", "formatJWS.check(input) != nil || !ed25519.Verify(pub, input, signature)", "formatJWS.check(input) != nil", []string{"./identity/did -run Assertion", "./identity/jws"}},
		{"the assertion key signs anything", "identity/did/assertion.go", "return a.pair.signature(formatJWS, input)", "return ed25519.Sign(a.pair.private(), input), nil", []string{"./identity/did -run Assertion"}},
		{"a DID is derived from any key", "identity/did/document.go", "err == nil && d.BoundTo(key)", "err == nil", []string{"./peer -run Card", "./identity/did"}},
		form("a card with members twice is signed", "if jsonrpc.HasDuplicateNames(raw) {", "if false && jsonrpc.HasDuplicateNames(raw) {"),
		form("empty members that a card must have are not signed", "if !s.required && !s.present && isDefault", "if isDefault"),
		form("empty members that a card may lack are signed", "if !s.required && !s.present && isDefault", "if s.kind == 0 && isDefault"),
		form("absent members differ from empty ones", "if seen&(1<<i) == 0 {", "if false && seen&(1<<i) == 0 {"),
		form("what a signature covers grows without end", "if len(p.out) > MaxSize {", "if len(p.out) < 0 {"),
		proof("a card lost its signature", "case doc == nil:", "case doc == nil || !found.info.Signed():"),
		proof("a card that was changed is taken", "err = found.info.Verify(d, key)", "_ = key"),
		proof("a document's own word makes a card verified", "registered, proof = claimedKey(doc), CardProof{State: CardUnverified}", "registered = claimedKey(doc)"),
		proof("a card is taken where nobody can say the key", "return key, VoucherKeys, err", "_ = err\n\treturn key, VoucherKeys, nil"),
		proof("a document that cannot be had is none", `return nil, badDocument("the answer is neither a document nor 404: " + refused.Error())`, "return nil, nil"),
		proof("any agent's 401 says that there is no document", "refused.Code != 0 && found.info.ProtocolVersion == card.Reference", "(refused.Code != 0 || found.info.ProtocolVersion != card.Reference)"),
		document("a statement is known in its own case only", `strings.EqualFold(token.String(), "statement")`, `strings.Clone(token.String()) == "statement"`),
		document("a document that cannot be read has no key", "case !readable || !doc.DeclaresAssertionKey():", "case !readable || !doc.DeclaresAssertionKey():\n\t\treturn nil, nil\n\tcase false:"),
		document("anybody's document is the peer's", "json.Unmarshal(body, &named, uniqueNames) != nil || !isText(named.ID, d.String())", "json.Unmarshal(body, &named, uniqueNames) != nil"),
		{"a signed card makes a dialect of what is not signed", "peer/card.go", "&& !info.Signed() && isReference(body)", "&& isReference(body)", []string{"./peer -run Card"}},
		{"an agent's card is unsigned", "agent/a2a.go", "if cfg.Key, err = who.Key.Assertion(); err != nil {", "if _, err = who.Key.Assertion(); err != nil {", []string{"./agent -run Card"}},
		{"a peer whose key nobody can say has none", "agent/peerkeys.go", "if errors.Is(err, hydra.ErrKeyUnavailable) || errors.Is(err, errNotPinned) {", "if errors.Is(err, hydra.ErrKeyUnavailable) || err != nil {", []string{"./agent -run Peers"}},
	}
}
