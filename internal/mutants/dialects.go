package main

// dialects makes requests mean something else than other people's clients do.
func dialects() []mutant {
	in := func(name, file, old, new string, pkgs ...string) mutant { return mutant{name, file, old, new, pkgs} }
	return []mutant{
		in("snake_case is not understood", "a2a/spelling.go", "camel := camelCase(name)", "camel := name", "./a2a"),
		in("the spelling that comes first counts", "a2a/spelling.go", "case twice && !sameValue(before, value):", "case false && !sameValue(before, value):", "./a2a"),
		in("a filter that is not understood is ignored", "a2a/spelling.go", "case s.closed:", "case false:", "./a2a"),
		in("null is no value", "internal/freeform/decode.go", "if wire.Data.given {", "if wire.Data.value != nil {", "./internal/freeform", "./a2a"),
		in("null is not stored", "task/message.go", "return err == nil // null is a value", "return err == nil && c.Value != nil", "./a2a", "./task -short"),
		in("data that stands in an object stays there", "a2a/message03.go", "metadata[wrappedData] == true && !isObject(value)", "false && !isObject(value)", "./a2a"),
		in("data is taken out of any object", "a2a/message03.go", "given && len(p.Data) == 1 && metadata[wrappedData] == true", "given && metadata[wrappedData] == true", "./a2a"),
		in("a peer's null is nothing", "peer/attachment.go", "(w.Kind != nil || w.Text != nil)", "true", "./peer"),
		in("everybody chooses ids of tasks", "a2a/dialect03.go", "isUUID(m.MessageID) && isUUID(m.ContextID) && isUUID(m.TaskID) && !isOurs(*m.TaskID)", "m.TaskID != nil", "./a2a"),
		in("white space is an id", "task/message.go", `return id != "" && strings.TrimSpace(id) == ""`, `return id == "" && strings.TrimSpace(id) != ""`, "./task -short", "./a2a"),
		in("a repeat is known by its id alone", "task/sqlite/statements.go", "message_id = ?4 AND e.digest = ?5 AND", "message_id = ?4 AND ?5 <> '' AND", "./task/sqlite", "./task -short"),
		in("an answered message is a task", "task/direct.go", "return Transition{To: StateAnswered,", "return Transition{To: a2a.TaskStateCompleted,", "./task -short", "./a2a"),
		in("an answered message is listed", "task/sqlite/statements.go", "const listed = `state <> 'ANSWERED'`", "const listed = `state <> ''`", "./task/sqlite", "./task -short"),
	}
}
