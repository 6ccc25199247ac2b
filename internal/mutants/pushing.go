package main

// pushing tells webhooks what they should not hear, where they should not be.
func pushing() []mutant {
	in := func(name, file, old, new string, pkgs ...string) mutant {
		if len(pkgs) == 0 {
			pkgs = []string{"./push"}
		}
		return mutant{name, file, old, new, pkgs}
	}
	return []mutant{
		in("a webhook in our own network is called", "push/networks.go", "case !isPublic(a):", "case false:"),
		in("a webhook is called without TLS", "push/networks.go", "case !secure:", "case false:"),
		in("an embedded address is not looked at", "push/networks.go", "if translated.Contains(a) {", "if translated.Contains(a) {\n\t\treturn true"),
		in("what a name stands for is not looked at", "push/call.go", "return c.Networks.check(to.Addr(), secure)", "_ = to\n\t\treturn nil"),
		in("a redirect of a webhook is followed", "push/call.go", "return http.ErrUseLastResponse", "return nil"),
		in("any answer of a webhook is a yes", "push/call.go", "resp.StatusCode < 200 || resp.StatusCode > 299", "false"),
		in("a webhook is tried for ever", "push/settle.go", "case tries+1 >= MaxTries:", "case false:"),
		in("a webhook is tried again at once", "push/settle.go", "end.Due = now.Add(s.pause(end.Tries))", "end.Due = now"),
		in("who is gone is told", "push/deliver.go", "if err := s.owner(ctx, taken.Owner); err != nil {", "if err := s.owner(ctx, taken.Owner); false && err != nil {"),
		in("one owner has all deliveries", "push/queue.go", "s.line.Held(owner) >= ofOwner", "false"),
		in("two processes have one webhook", "task/sqlite/outboxstatements.go", "\n\tAND pushes.due <= ?4 AND pushes.after < t.seq", "\n\tAND ?4 IS NOT NULL AND pushes.after < t.seq", "./task/sqlite", "./push"),
		in("who lost a webhook settles it", "task/sqlite/outboxstatements.go", "WHERE n = ?1 AND due = ?2", "WHERE n = ?1 AND ?2 IS NOT NULL", "./task/sqlite", "./push"),
		in("webhooks have no bound", "task/sqlrows/outbox.go", "case !before.Valid && ofOwner >= p.MaxPerOwner:", "case false:", "./task/sqlite", "./task -short -run Webhook"),
		in("a forbidden webhook is kept", "task/pushcheck.go", "if why := s.cfg.Webhooks.Check(c.URL); why != \"\" {", "if why := s.cfg.Webhooks.Check(c.URL); false && why != \"\" {", "./task -short -run Webhook", "./a2a"),
	}
}
