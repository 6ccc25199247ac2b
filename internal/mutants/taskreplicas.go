package main

// taskReplicas lets processes that share the tasks of one agent decide beside each other.
func taskReplicas() []mutant {
	in := func(name, file, old, new, run string) mutant {
		return mutant{name, "task/postgres/" + file, old, new, []string{"./task/postgres -run=" + run, "./task/postgres"}}
	}
	return []mutant{
		in("a task is changed by two at once", "statements.go", "WHERE owner = ` + ours + ` AND id = $2 FOR UPDATE`,\n\t\t&s.InsertEvent:", "WHERE owner = ` + ours + ` AND id = $2`,\n\t\t&s.InsertEvent:", "Once|Events"),
		in("a task is continued by two at once", "statements.go", "WHERE owner = ` + ours + ` AND id = $2 FOR UPDATE`,\n\t\t&s.InsertTask:", "WHERE owner = ` + ours + ` AND id = $2`,\n\t\t&s.InsertTask:", "Once|Beside"),
		in("a message is known to one process", "statements.go", "&s.LockNewOwner: lockNewOwner,", "&s.LockNewOwner: `SELECT 1 WHERE $1 = ''`,", "Once|Store"),
		in("what the lock of a task waited for is not seen", "store.go", "Isolation: sql.LevelReadCommitted", "Isolation: sql.LevelRepeatableRead", "Once|Events"),
		in("what is lost is failed by all who look", "statements.go", "&s.IsLost:       isLost,", "&s.IsLost: `SELECT $1::bigint > 0 OR $2 <> '' OR $3::boolean OR $4::bigint > 0`,", "Lost"),
		in("a transaction that was undone is not run again", "store.go", "if attempt == attempts || !isUndone(err) {", "if true {", "Once|Name|Beside"),
		{"a database is any agent's", "internal/agentdb/agentdb.go", "if err == nil && has != agent {", "if err == nil && has != agent && false {", []string{"./task/postgres -run=Opened|Agents", "./task/postgres"}},
		{"two processes serve at once", "task/postgres/sole.go", "if err == nil && !got {", "if err == nil && !got && false {", []string{"./task/postgres -run=OneProcess", "./agent -run=ServesAlone"}},
		{"who remembers elsewhere serves beside others", "agent/database.go", "return postgres.Alone", "return postgres.Together", []string{"./agent -run=ServesAlone", "./agent -run=WhoRemembersKeys"}},
		{"each process admits a key", "gate/replay/postgres/ledger.go", "ON CONFLICT DO NOTHING RETURNING TRUE", "ON CONFLICT (key) DO UPDATE SET expires = excluded.expires RETURNING TRUE", []string{"./gate/replay/postgres -run=Shared", "./internal/chaos -run=OfAllReplicas"}},
		{"another history is not noticed", "gate/replay/postgres/ledger.go", "history = ` + history + ` AS whole", "TRUE AS whole", []string{"./gate/replay/postgres -run=History", "./gate/replay/postgres"}},
		{"what was signed before the memory is admitted", "gate/replay/postgres/ledger.go", "WHERE whole AND $2 > floor AND", "WHERE whole AND", []string{"./gate/replay/postgres -run=NewMemory", "./gate/replay/postgres -run=Windows"}},
		{"a key is kept for its own window", "gate/replay/postgres/ledger.go", "q.kept = q.expires + longest - l.window", "q.kept = q.expires", []string{"./gate/replay/postgres -run=Windows", "./gate/replay/postgres"}},
		{"what a directory accepted is not handed over", "agent/shared.go", "if err != nil || !kept {", "if err != nil || kept {", []string{"./agent -run=HandsOver", "./agent"}},
		{"hints are not told", "task/hints.go", "s.feed.hint = h.Hint", "s.feed.hint = nil", []string{"./task -run=AHint", "./task"}},
		{"a secret is sealed for any purpose", "identity/did/seal.go", "sealed[aead.NonceSize():], []byte(purpose))", "sealed[aead.NonceSize():], []byte(\"a secret\"))", []string{"./identity/did -run=Sealed", "./internal/clientsecret -run=UnderTheKey"}},
		{"a process has a secret of its own", "agent/sharedclient.go", "err != nil || left == nil {", "err != nil || left != nil {", []string{"./agent -run=Secret", "./internal/chaos -run=OfAllReplicas"}},
	}
}
