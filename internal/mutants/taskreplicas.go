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
		in("a database is any agent's", "database.go", "if err == nil && has != agent {", "if err == nil && has != agent && false {", "Opened|Agents"),
		{"two processes serve at once", "task/postgres/sole.go", "if err == nil && !got {", "if err == nil && !got && false {", []string{"./task/postgres -run=OneProcess", "./agent -run=TestTasksInPostgreSQL"}},
	}
}
