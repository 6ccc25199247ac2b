package main

// taskEvents lets runs write that no longer have their task, loses or repeats
// what happened to it, and forgets who is alive.
func taskEvents() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "task/" + file, old, new, []string{"./task/sqlite", "./task -short"}}
	}
	return []mutant{
		in("a superseded run writes", "sqlite/head.go", `case run != "" && (run != h.run || fence != h.fence):`, "case false:"),
		in("a run is known by its number alone", "sqlite/head.go", "(run != h.run || fence != h.fence)", "fence != h.fence"),
		in("a run that has ended writes", "sqlite/head.go", "case h.state.Terminal(), h.state == task.StateAnswered:", "case false:"),
		in("a task at rest takes chunks", "sqlite/chunk.go", `if c.Run == "" || isAtRest(h.state) {`, "if false {"),
		in("a lease does not end", "sqlite/statements.go", "WHERE until > ?5))", "WHERE until > -?5))"),
		in("a lease is not renewed", "lease.go", "if s.pool.isIdle() {", "if true {"),
		in("lost runs are left as they are", "lease.go", "if _, err := s.recover(ctx, false); err != nil", "if err := error(nil); err != nil"),
		in("one's own runs are lost", "sqlite/statements.go", "AND holder <> ?3\n", "AND ?3 = ?3\n"),
		in("lost runs are carried out again unasked", "again.go", "s.cfg.Executor.(Repeatable).Repeatable(e.req)", "s.cfg.Executor.(Repeatable) != nil"),
		in("what is lost twice is run again", "sqlite/statements.go", "e.state = 'TASK_STATE_SUBMITTED') ORDER", "e.state = '') ORDER"),
		in("a number is given twice", "sqlite/chunk.go", "ExecContext(ctx, h.seq, len(body), owner, id)", "ExecContext(ctx, h.seq-1, len(body), owner, id)"),
		in("reading on begins anew", "sqlite/statements.go", "e.task_id = ?2 AND e.seq > ?3", "e.task_id = ?2 AND e.seq > ?3 - 1"),
		in("chunks do not become artifacts", "sqlite/chunk.go", "if h.seq == h.messages+h.artifacts {", "if true {"),
		in("chunks stay", "sqlite/statements.go", "kind IN ('chunk', 'state')", "kind IN ('state')"),
		in("what was read is read again", "sqlite/chunk.go", "s.insertEvent(ctx, tx, h, c.last, entry{", "s.appendEvent(ctx, tx, h, entry{"),
		in("events of before have no numbers", "sqlite/events.go", "if h.Seq == 0 {", "if false {"),
		in("a cancellation is not read", "execution.go", "case <-e.news.changed:\n\t\t\te.news.woken()\n\t\t\tours = !s.mustStop(e)", "case <-e.news.changed:\n\t\t\te.news.woken()"),
		in("what waits is begun although it was canceled", "execution.go", "} else if e.news.woken() && s.mustStop(e) {", "} else if false {"),
		in("other processes' events are not read", "execution.go", "case <-look.C:\n\t\t\tours = !s.mustStop(e)", "case <-look.C:"),
		in("whoever was told of a task loses it", "sqlite/transition.go", "if t.To == task.StateAnswered && h.told {", "if false {"),
	}
}
