package main

// taskEvents lets runs write that no longer have their task, loses or repeats
// what happened to it, and forgets who is alive.
func taskEvents() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "task/" + file, old, new, []string{"./task/sqlite", "./task -short"}}
	}
	return []mutant{
		in("a superseded run writes", "sqlrows/head.go", `case run != "" && (run != h.run || fence != h.fence):`, "case false:"),
		in("a run is known by its number alone", "sqlrows/head.go", "(run != h.run || fence != h.fence)", "fence != h.fence"),
		in("a run that has ended writes", "sqlrows/head.go", "case h.state.Terminal(), h.state == task.StateAnswered:", "case false:"),
		in("a task at rest takes chunks", "sqlrows/chunk.go", `if c.Run == "" || isAtRest(h.state) {`, "if false {"),
		in("a lease does not end", "sqlite/statements.go", "WHERE until > ?5))", "WHERE until > -?5))"),
		in("a lease is not renewed", "lease.go", "if s.pool.isIdle() {", "if true {"),
		in("lost runs are left as they are", "lease.go", "if _, err := s.recover(ctx, false); err != nil", "if err := error(nil); err != nil"),
		in("one's own runs are lost", "sqlite/statements.go", "AND t.holder <> ?3\n", "AND ?3 = ?3\n"),
		in("lost runs are carried out again unasked", "again.go", "return executor.Repeatable(e.req)", "return executor != nil"),
		in("what is lost twice is run again", "sqlite/statements.go", "e.state = 'TASK_STATE_SUBMITTED') ORDER", "e.state = '') ORDER"),
		in("a number is given twice", "sqlrows/chunk.go", "ExecContext(ctx, h.seq, len(body), h.n)", "ExecContext(ctx, h.seq-1, len(body), h.n)"),
		in("reading on begins anew", "sqlite/statements.go", "FROM events WHERE task = ?1 AND seq > ?2", "FROM events WHERE task = ?1 AND seq > ?2 - 1"),
		in("chunks do not become artifacts", "sqlrows/chunk.go", "if h.seq == h.messages+h.artifacts {", "if true {"),
		in("a cancellation is not read", "watch.go", "if why = s.mustStop(e); why == nil", "if why == nil"),
		in("what waits is begun although it was canceled", "execution.go", "refused = s.mustStop(e)", "_ = s.mustStop(e)"),
		in("other processes' events are not read", "watch.go", "case <-look.C:\n\t\t\twhy = s.mustStop(e)", "case <-look.C:"),
		in("what is told piece by piece is stored whole too", "piece.go", "if untold[a.ID] {", "if true {"),
		in("the rest of an artifact is lost", "persist.go", "for len(e.rest) > 0 {", "for false {"),
		in("a reader elsewhere is told at the end only", "watch.go", "case <-share.C:\n\t\t\tarmed = false\n\t\t\twhy = s.tellMade(e, a.out)", "case <-share.C:\n\t\t\tarmed = false"),
		in("a reader gets again what it has", "recent.go", "slices.BinarySearchFunc(c.events, after+1,", "slices.BinarySearchFunc(c.events, after,"),
		in("pieces stay pieces", "execution.go", "if err := a.out.join(); err != nil {", "if false {"),
		in("the whole of another run is stored", "sqlrows/chunk.go", "c.whole = to.whole[c.parts[0].ID]", "c.whole = \"\""),
		in("what happens is known late", "feed.go", "t.recent.stale = true", "_ = t.recent.stale"),
		in("a stream does not end with the agent", "reading.go", "case <-st.s.ending:", "case <-make(chan struct{}):"),
		in("chunks stay", "sqlrows/chunk.go", "{s.stmt.DropStates, s.stmt.DropChunks}", "{s.stmt.DropStates}"),
		in("what was read is read again", "sqlrows/chunk.go", "s.insertEvent(ctx, tx, h, c.last, e)", "s.appendEvent(ctx, tx, h, e)"),
		in("what an earlier version kept takes no room", "sqlite/migrations/00006_numbers.sql", "count(*), sum(bytes) FROM tasks", "count(*), 0 FROM tasks"),
		in("a task of a version before has no events", "sqlite/migrations/00006_numbers.sql", "coalesce(e.seq, m.seq + 1), 'message'", "e.seq, 'message'"),
		in("a message that names its task is stored with its answer", "first.go", `|| sub.Message.TaskID != "" {`, "{"),
		in("who does not wait is answered", "first.go", "!may || opt.atOnce ||", "!may ||"),
		in("an answer without room is no failure", "first.go", "if errors.As(err, &quota) {", "if errors.As(err, &quota) && false {"),
		in("a request keeps its worker", "worker.go", "w.pool.line.Hold(w.place.owner, -1)", "_ = w.place"),
		in("an end is none of the events", "sqlrows/create.go", `holder, seq = "", 1+made+1`, `holder, seq = "", 1+made`),
		in("an outcome is anything", "sqlrows/create.go", `if sub.Message.TaskID != "" || !isAtRest(sub.Outcome.To) {`, "if false {"),
		in("whoever was told of a task loses it", "sqlrows/transition.go", "if t.To == task.StateAnswered && h.told {", "if false {"),
	}
}
