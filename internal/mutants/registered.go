package main

// registered lets a registrar, or who stands in its place, do to an agent what it must not.
func registered() []mutant {
	api := func(name, file, old, new string) mutant {
		return mutant{name, "oauth/registrarapi/" + file, old, new, []string{"./oauth/registrarapi"}}
	}
	return []mutant{
		api("a registrar lends a DID to any key", "keys.go", "case !c.cfg.UnboundKeys && !d.BoundTo(s.Key):", "case false:"),
		api("what a registrar says of a key needs no signature of it", "keys.go", "case err != nil:\n\t\treturn s, now, q.fail(c, answer.Status, fmt.Errorf(\"%w: %w\", ErrStatement, err))", "case false:"),
		api("what a registrar holds against us is a verdict on others", "refused.go", "return fmt.Errorf(\"%w: %w\", oauth.ErrUnavailable, err)", "return err"),
		api("a page that a proxy answers refuses an agent", "refused.go", "case word == \"\" || answer.Status >= 500", "case answer.Status >= 500"),
		api("another's registration counts as ours", "register.go", "|| read.DID != c.cfg.DID.String()", ""),
		api("an agent is registered without scopes", "register.go", "return len(scopes) > 0 && ", "return "),
		api("a registrar is asked over plain http", "client.go", "u.Scheme != \"https\" || ", ""),
		api("a key that is not ours stands for us", "keys.go", "case !s.Key.Equal(c.cfg.Key.PublicKey()):", "case s.Key == nil:"),
		{"who answers for a registrar may be any agent", "transport/mtls/uncertified.go", "return verifyServer(cs, roots, issuer, peer, now)", "return verifyServer(cs, roots, issuer, did.DID{}, now)", []string{"./transport/mtls -run=Uncertified"}},
		{"who answers for a registrar needs no CA", "transport/mtls/uncertified.go", "case roots == nil: // which crypto/x509 would take for the system's\n\t\treturn ErrUnknownCA", "case roots == nil: // which crypto/x509 would take for the system's\n\t\treturn nil", []string{"./transport/mtls -run=Uncertified", "./oauth/registrarapi -run=NothingIsSent"}},
		{"a certificate is asked for without an announcement", "transport/stepca/client.go", "if err := c.announce(ctx, key); err != nil {", "if err := error(nil); err != nil {", []string{"./transport/stepca -run=Announce"}},
		{"a key is kept for longer than is said", "oauth/hydra/keyresolver.go", "age := min(r.maxAge, holds)", "age := r.maxAge", []string{"./oauth/hydra -run=SomebodyElse"}},
		{"a revocation is only a warning", "internal/boot/clientwatch.go", "if word == clientDeleted || word == clientRevoked {", "if word == clientDeleted {", []string{"./internal/boot -run=Revoked"}},
		{"an agent that is revoked asks to be registered for ever", "internal/boot/waiting.go", " || errors.Is(err, registrarapi.ErrRevoked) {", " {", []string{"./internal/boot -run=Registrar"}},
		{"who was told to come back later comes at once", "internal/retry/retry.go", "return a.pauses.Next(0) + min(later.RetryAfter(), LongestAfter)", "return a.pauses.Next(0)", []string{"./internal/retry"}},
		{"an agent has a registrar and the admin API", "settings/registrar.go", "if l.s.Hydra.AdminURL != \"\" {", "if false {", []string{"./settings -run=TestSettingsThatDoNotFitTogether"}},
	}
}
