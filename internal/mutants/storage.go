package main

// storageFaults lets what is kept grow, deletes what must stay, and forgets
// results that could not be written.
func storageFaults() []mutant {
	in := func(name, file, old, new string, packages ...string) mutant {
		return mutant{name, file, old, new, packages}
	}
	return []mutant{
		in("nothing is ever deleted", "task/sqlrows/room.go", "n = len(old)\n\t\treturn s.remove(ctx, tx, old)\n\t})\n\tif err != nil {", "n = len(old[:0])\n\t\treturn nil\n\t})\n\tif err != nil {", "./task -short", "./task/sqlite"),
		in("retention takes what is worked on", "task/sqlite/statements.go", "FROM tasks INDEXED BY tasks_at_rest WHERE updated_at < ? AND state NOT IN ` + unfinished + `", "FROM tasks WHERE updated_at < ?", "./task -short", "./task/sqlite"),
		in("a change that fails keeps what it wrote", "task/sqlite/part.go", "if _, err := tx.StmtContext(p.ctx, s.stmt.rollbackPart).ExecContext(p.ctx); err != nil {", "if err := error(nil); err != nil {", "./task/sqlite -run=Commit|Fails|Disk"),
		in("a fault of one change is everybody's", "task/sqlite/part.go", "if len(taken) == 1 {", "if true {", "./task/sqlite -run=Commit|Fails|Disk"),
		in("changes are told done before they are stored", "task/sqlite/commit.go", "\tif err != nil {\n\t\ts.apart(taken, err)\n\t} else {", "\tif _ = err; true {", "./task/sqlite -run=Commit|Fails|Disk"),
		in("no room is made", "task/sqlrows/room.go", "if !makeRoom || round", "if true || round", "./task -short", "./task/sqlite"),
		in("room is made of what has not ended", "task/sqlite/statements.go", "WHERE id <> ?2 AND state IN ` + ended + ` LIMIT ?3`", "WHERE id <> ?2 LIMIT ?3`", "./task/sqlite", "./task -short"),
		in("an outcome is given up", "task/persist.go", "} else if !pause(s.base, retryAfter[len(retryAfter)-1]) {", "} else {", "./task -short"),
		in("no verdict of the deadline", "task/persist.go", "case s.isOverdue(e) && !e.overdue:", "case false:", "./task -short"),
		in("a full disk cancels executions", "task/persist.go", "case isLost(err):\n\t\treturn errCanceled", "case true:\n\t\treturn errCanceled", "./task -short"),
		in("storage that failed is not tried", "task/storage.go", "if !s.probing && !s.closed {", "if false {", "./task -short", "./agent"),
		in("a full disk is a fault of ours", "internal/sqlitefile/fault.go", "switch e.Code() & 0xff {", "switch -1 {", "./task/sqlite", "./registrar/sqlite"),
		in("a damaged database is a full disk", "internal/sqlitefile/fault.go", "case codes.SQLITE_CORRUPT, codes.SQLITE_NOTADB:", "case -2:", "./task/sqlite -run TestCheck", "./agent -run TestWhatPreflight"),
		in("a start does not look at the tasks", "home/check.go", "sqlite.Check(ctx, h.dir))", "nil)", "./agent -run TestWhatPreflight|TestPreflightNames"),
		in("a start does not look at the remembered keys", "home/check.go", "keymemory.Check(h.dir))", "nil)", "./agent -run TestWhatPreflight|TestPreflightNames"),
		in("a directory takes the name that settings give", "home/identity.go", "if id.DID.IsZero() {", "if true {", "./home"),
		in("a directory takes another's name", "home/identity.go", "recorded && record != wanted {", "false && record != wanted {", "./home", "./agent -run TestAKeyOfItsOwn"),
		in("a key that is kept elsewhere is written", "home/identity.go", "return Identity{d, key, false}, nil", "return Identity{d, key, true}, nil", "./home", "./agent -run TestAKeyOfItsOwn"),
		in("whatever is in a directory is an agent's", "home/home.go", "if !holdsAny(names, ours) {", "if len(names)+len(ours) == 0 {", "./home", "./cmd/agent -run=TestScripts"),
		in("who looks may write", "home/home.go", "safefile.OpenDir(path, safefile.ReadOnly(configure(options).fs))", "safefile.OpenDir(path, configure(options).fs)", "./home", "./cmd/agent -run=TestScripts"),
		in("a held port is found after the registration", "internal/boot/port.go", "if errors.Is(err, errBound) {", "if true {", "./agent -run Preflight|TestAStart"),
		in("the running agent's port is another's", "agent/preflightport.go", "&& p.running() {", "&& false {", "./agent -run Preflight"),
		in("a full disk is answered with 500", "a2a/errors.go", "{task.ErrStorage, refusal.StorageUnavailable},", "", "./a2a"),
		in("a full disk is ready", "agent/storage.go", `return "storage_unavailable", ""`, `return "", ""`, "./agent"),
		in("a registrar with a full disk is ready", "registrar/daemon/storage.go", "s.ready.SetReason(componentDatabase, string(reason))", `s.ready.SetReason(componentDatabase, "")`, "./registrar/daemon -run TestReadyz", "./registrar/daemon -run TestARequestThatFails"),
	}
}
