package main

// trust weakens what one caller, or whoever writes to Hydra, cannot make an
// agent believe.
func trust() []mutant {
	memory := []string{"./gate/keymemory", "./internal/hostile -run=^TestHostile$/^077"}
	in := func(name, file, old, new string) mutant { return mutant{name, file, old, new, memory} }
	return []mutant{
		in("a key that was replaced passes", "gate/keymemory/memory.go", "case ok && e.Key.Equal(key):", "case ok:"),
		in("who came first shuts out the owner of a key-bound DID", "gate/keymemory/memory.go", "case !ok || d.BoundTo(key):", "case !ok:"),
		in("any number of keys is remembered", "gate/keymemory/memory.go", "full := !there && len(m.entries) >= m.cfg.Limit", "full := false && !there"),
		in("a key that cannot be written counts as remembered", "gate/keymemory/file.go", `return fmt.Errorf("write %s: %w", File, err)`, "return nil"),
		in("a damaged memory of keys is ignored", "gate/keymemory/file.go", `return nil, false, fmt.Errorf("%w (line %d: %w)", ErrCorrupt, number, err)`, "data = rest\n			continue"),
		{"a changed key verifies signatures", "agent/keymemory.go", "if err := k.memory.Check(d, key); err != nil {", "if err := k.memory.Check(d, key); false && err != nil {", []string{"./agent"}},
		{"gate removed: memory of keys", "gate/chain.go", `{"signature", c.rememberKey},`, "", gatePackages},
		{"whoever asks for it is an administrator", "gate/admins.go", `name != "" && slices.Contains(admins, name)`, `name != "nobody" || slices.Contains(admins, name)`, gatePackages},
		{"one caller's token speaks for Hydra", "agent/hydrawatch.go", "_, err := h.tokens.Verify(ctx, readinessProbe)", "_, err := h.tokens.Verify(ctx, readinessProbe)\n		err = oauth.ErrUnavailable", []string{"./agent"}},
		{"long answers about tokens take no more room", "oauth/hydra/introspector.go", "return 1 + uint32(v.size)/usualAnswer", "return 1", []string{"./oauth/hydra -run=Cache|LongAnswers"}},
		{"a late answer of Hydra counts", "internal/fetch/client.go", "if late := ctx.Err(); late != nil {", "if late := ctx.Err(); false && late != nil {", []string{"./oauth/hydra -run=Deadline"}},
		{"a late answer of an issuer counts", "internal/fetch/client.go", "if late := ctx.Err(); late != nil {", "if late := ctx.Err(); false && late != nil {", []string{"./oauth/oidc"}},
	}
}
