package main

// dialects makes requests mean something else than other people's clients do.
func dialects() []mutant {
	in := func(name, file, old, new string, pkgs ...string) mutant { return mutant{name, file, old, new, pkgs} }
	return []mutant{
		in("snake_case is not understood", "a2a/spelling.go", "camel := camelCase(name)", "camel := name", "./a2a"),
		in("the spelling that comes first counts", "a2a/spelling.go", "case twice && !sameValue(before, value):", "case false && !sameValue(before, value):", "./a2a"),
		in("a filter that is not understood is ignored", "a2a/spelling.go", "case s.closed:", "case false:", "./a2a"),
		in("everybody chooses ids of tasks", "a2a/dialect03.go", "isUUID(m.MessageID) && isUUID(m.ContextID) && isUUID(m.TaskID) && !isOurs(*m.TaskID)", "m.TaskID != nil", "./a2a"),
		in("white space is an id", "task/message.go", `return id != "" && strings.TrimSpace(id) == ""`, `return id == "" && strings.TrimSpace(id) != ""`, "./task -short", "./a2a"),
		in("a repeat is known by its id alone", "task/sqlite/statements.go", "message_id = ?4 AND e.digest = ?5 AND", "message_id = ?4 AND ?5 <> '' AND", "./task/sqlite", "./task -short"),
		in("an answered message is a task", "task/direct.go", "return Transition{To: StateAnswered,", "return Transition{To: a2a.TaskStateCompleted,", "./task -short", "./a2a"),
		in("an answered message is listed", "task/sqlite/statements.go", "const listed = `state <> 'ANSWERED'`", "const listed = `state <> ''`", "./task/sqlite", "./task -short"),
	}
}
