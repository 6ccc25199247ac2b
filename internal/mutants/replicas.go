package main

// replicas lets registrars on one database decide beside each other, or be reached
// in the clear.
func replicas() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "registrar/" + file, old, new, []string{"./registrar/postgres -run=TestStore", "./registrar/postgres"}}
	}
	address := func(name, old, new string) mutant {
		return mutant{name, "internal/postgresdb/url.go", old, new, []string{"./internal/postgresdb"}}
	}
	return []mutant{
		in("a DID is not locked", "sqlrows/tx.go", "return t.lock(lockDID + d.String())", "return nil"),
		in("what the lock waited for is not seen", "postgres/store.go", "Isolation: sql.LevelReadCommitted", "Isolation: sql.LevelRepeatableRead"),
		in("a reader sees two states", "postgres/store.go", "Isolation: sql.LevelRepeatableRead, ReadOnly: true", "Isolation: sql.LevelReadCommitted, ReadOnly: true"),
		in("an address is counted at each replica", "sqlrows/clients.go", "t.lock(lockAddress + address)", "t.dialect.Fault(nil)"),
		in("who waits is counted at each replica", "sqlrows/clients.go", "t.lock(lockPending)", "t.dialect.Fault(nil)"),
		in("an enrolment token is counted at each replica", "sqlrows/tokens.go", "query = takeToken", "query = oneToken"),
		address("a password goes to another machine in the clear", "if !isHere(host) {", "if host == mode {"),
		address("any parameter of a driver counts", "if !slices.Contains(parameters, name) {", "if !slices.Contains(parameters, name) && name == u.Path {"),
		{"dead connections fail requests", "internal/postgresdb/transactions.go", "overdue || attempt > attempts {", "overdue || attempt > 0 {", []string{"./registrar/postgres"}},
	}
}
