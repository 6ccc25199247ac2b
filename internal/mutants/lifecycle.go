package main

// lifecycle weakens what ends an agent, and what is found out without a caller.
func lifecycle() []mutant {
	deletion := []string{"./oauth/hydra -run=ADeletion|Missing|ConformanceFake"}
	watched := []string{"./internal/boot -run=Readyz|OurClient|ADeleted|OfTheCA", "./agent -run=Readyz"}
	told := []string{"./transport/stepca -run=UntrustedCAs"}
	started := []string{"./transport/mtls -run=Start|First|Stored|Meanwhile"}
	return []mutant{
		{"a start gives up at the first failure", "transport/mtls/renewal.go", "!l.cfg.Passing(err) && !errors.Is(err, errMeanwhile)", "true", started},
		{"a start waits for what does not pass", "transport/mtls/renewal.go", "!l.cfg.Passing(err) && !errors.Is(err, errMeanwhile)", "false", started},
		{"anybody's certificate is kept", "transport/mtls/keeper.go", "source.DID() != k.cfg.DID", "false", started},
		{"a deleted client registers again", "oauth/hydra/reconcile.go", "if err := run.mayCreate(ctx); err != nil {", "if err := run.mayCreate(ctx); false && err != nil {", deletion},
		{"any Hydra is the one that had the client", "oauth/hydra/absence.go", "return slices.Contains(known, key) }), true, nil", "return slices.Contains(known, key) || true }), true, nil", deletion},
		{"keys that changed are not recorded", "oauth/hydra/registration.go", "err == nil && slices.Equal(known, keys)", "err == nil && (slices.Equal(known, keys) || len(known) > 0)", deletion},
		{"a deletion is only a warning", "internal/boot/clientwatch.go", "reason, warning = word, \"\"", "", watched},
		{"Hydra is asked only when a caller met nothing", "agent/hydrawatch.go", "case <-timer.C:", "", watched},
		{"who does not know us is asked all the time", "agent/hydrawatch.go", "boot.ClientReason(err) != \"\"", "false", []string{"./agent -run=LeftAlone"}},
		{"another program answers for ours", "admin/ask.go", "h.Program == \"\" || h.Program == program", "true", []string{"./cmd/registrar -run=TestHealth", "./cmd/agent -run=TestCheckHealth"}},
		{"a name that the CA's certificate lacks is not told", "transport/stepca/untrusted.go", "case isName:", "case false && isName:", told},
		{"advice names what is done already", "transport/stepca/untrusted.go", "case len(c.anchor.roots) > 0:", "case false:", told},
		{"a CA that is away is never told", "internal/boot/cawatch.go", "w.ready.SetWarning(Roots, word)", "", watched},
	}
}
