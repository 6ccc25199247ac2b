package main

// referring lets who has a token in place of a key, who imports, or who has a secret that
// was ended, have more than that.
func referring() []mutant {
	at := func(name, file, old, new, run string) mutant {
		return mutant{name, "registrar/" + file, old, new, []string{"./registrar -short -run=" + run, "./registrar -short -run=Reference|Token|Credential|Guesses|KeyThatChanged|KnownByItAlone|NotRegistered|Import|Prospect|Paths|Bodies|Propert|Enrol"}}
	}
	const whose, paths, imports, ended = "TestWhoseTokenOpensNothing|TestAnotherToken", "TestPathsOfTheReference|TestBodies", "Import", "EndedSecret|ASecret"
	return []mutant{
		at("a pattern opens the path of the reference", "credential.go", "t.MaxUses != 1 || strings.ContainsAny(t.Author+t.Name, patternBytes)", "false", whose),
		at("a token for names opens the path of any", "credential.go", "return author == t.Author && name == t.Name", `return author != "" && name != ""`, whose),
		at("a credential is that of any DID", "credential.go", "return t.Reference == d", "return true", paths),
		at("a token takes a DID from who proved its key", "credential.go", "c != nil && t.Reference.IsZero() && c.takesCredential()", "c != nil && t.Reference.IsZero()", whose),
		at("who proves its key stays known by a token", "credential.go", "c.Voucher = voucherMoved", "_ = voucherMoved", whose),
		at("an old credential goes on beside the new one", "credential.go", "return c.Voucher == voucherReference+t.ID", "return strings.HasPrefix(c.Voucher, voucherReference)", whose),
		at("guessing tokens costs nothing", "reference.go", "x.op.question); refused != nil {", "x.op.question); x.known && refused != nil {", "TestRatesOfTheReference"),
		at("who has a credential of before pays with the DID's rates", "reference.go", "return t, c != nil && c.isCredential(t), err", "return t, c != nil, err", "TestACredentialOfBefore"),
		at("a token that bound nothing reads of others", "referencecalls.go", "if err == nil && c == nil {\n\t\treturn refuse(NotRegistered, nil)", "if err == nil && c == nil {\n\t\treturn nil", "TestWhatTheReferenceReadsOfOthers"),
		at("a token that binds meanwhile opens any DID of its names", "referencecalls.go", "if err == nil && !t.opens(x.about) {", "if err == nil && !t.opens(x.about) && false {", "TestATokenThatBinds"),
		at("a client that was not reviewed is imported", "import.go", "case p.DID != d, Fingerprint(p.Key) != fingerprint:", "case p.DID != d:", imports),
		at("an import takes a DID from its key", "import.go", "if err == nil && !hasKey(keys, p.Key) {", "if err == nil && keys == nil && false {", imports),
		at("an import brings a revoked key back", "import.go", "errors.Join(checkRevoked(tx, q, true), checkKey(tx, q))", "checkRevoked(tx, q, true)", imports),
		at("who says nothing of a new secret satisfies an ending", "endedsecrets.go", "case c.SecretEnded && !q.newSecret:", "case false:", ended),
		at("an ended secret is registered again", "endedsecrets.go", "case hashSecret(q.reg.Secret).among(c.Ended):", "case false:", ended),
		at("what was signed before an ending satisfies it", "endedsecrets.go", "case !q.bearer && !c.EndedAt.IsZero() && q.signed.Unix() <= c.EndedAt.Unix():", "case false:", ended),
		at("a registration that did not end hides a secret", "endedsecrets.go", "c.Secrets = append(others, h)", "c.Secrets = []SecretHash{h}", ended),
		at("tokens of an ended secret make certificates", "standing.go", "c != nil && (c.SecretEnded ||", "c != nil && false && (c.SecretEnded ||", "Tokens"),
		at("tokens of a client that is deleted late make certificates", "standing.go", " || !c.RemovedAt.Before(since))", ")", "Tokens"),
		at("what an operator takes away is not in the sequence", "revoke.go", "\t\tat, err = tx.Advance()\n", "", "SequenceGo"),
		at("the key of who waited is free", "revoke.go", "errors.Join(tx.BuryKey(d, p.Key), tx.DeletePending(d))", "tx.DeletePending(d)", "Wait"),
		at("who has an ended secret is told until it is looked at", "hub.go", "\tfor _, s := range h.perDID[d] {\n\t\th.endOne(s, why)\n\t}\n", "", "ToldNothing"),
		at("a follower that grows counts twice", "shares.go", "if last.address == s.address {", "if false {", "InPlaceOf|Grows"),
		{"who is listed has a certificate by any token", "registrar/webhook/handler.go", "\tcase ended:", "\tcase ended && false:", []string{"./registrar/webhook"}},
		at("who has an ended secret counts as registered", "standing.go", "c.Document != nil && !c.SecretEnded, revoked, nil", "c.Document != nil, revoked, nil", ended),
		at("a secret lasts while its agent is away", "rotate.go", " && len(c.Secrets) == 0) {", ") {", ended),
	}
}
