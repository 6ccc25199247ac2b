package main

import (
	"fmt"
	"strings"
)

// replays makes the memory of what was admitted forget, or not be asked.
func replays() []mutant {
	pkgs := []string{"./gate/replay -short", "./gate/replay", "./internal/hostile"}
	in := func(name, file, old, new string) mutant {
		return mutant{name, "gate/replay/" + file, old, new, pkgs}
	}
	return []mutant{
		in("an admission is not written down", "store.go", "return s.journals[r.owner%journals].append(r)", "return nil"),
		in("an admission that cannot be written passes", "store.go", "err := s.remember(record{key: fp, owner: id, signed: signed})\n\tif err != nil {", "err := error(nil)\n\tif s.remember(record{key: fp, owner: id, signed: signed}) != nil {"),
		in("the horizon is not observed after a restart", "recall.go", "s.startAnew(r, max(st.Horizon, now+unknownAhead), errOtherBoot)", "s.startAnew(r, st.Complete, errOtherBoot)"),
		in("the horizon does not move before an admission", "keep.go", "func (s *Store) cover(signed int64) (bool, error) {\n\tif signed <= s.horizon.Load() {", "func (s *Store) cover(signed int64) (bool, error) {\n\tif true {"),
		in("a damaged journal is ignored", "recall.go", "case r.damaged != nil:", "case false:"),
		in("a record that was changed counts", "segment.go", "if !r.decode(&b, h.base, seed) {", "if !r.decode(&b, h.base, seed) && false {"),
		in("what was forgotten is admitted", "set.go", "e.expires <= floor {", "false && e.expires <= floor {"),
		in("another caller's signature counts", "key.go", "b = append(append(b, 0), key...)", "b = append(b[:0], key...)"),
		in("one caller may fill the memory", "set.go", "if sh.held >= share && sh.count(e.owner) >= share || !s.room.take() {", "if false && sh.count(e.owner) >= share || !s.room.take() {"),
	}
}

// owners makes each query of the tasks forget whose they are, and lifts quotas.
func owners() []mutant {
	pkgs := []string{"./task/sqlite", "./task -short", "./internal/hostile"}
	var list []mutant
	for _, q := range []struct{ name, old string }{
		{"repeated message", "e.owner = owners.n AND e.message_id"},
		{"repeated message of a task", "e.owner = ` + ours + ` AND e.message_id"},
		{"task to continue", "message, messages, bytes FROM tasks WHERE owner = ` + ours + ` AND"},
		{"continuation", "messages = ?, bytes = bytes + ?, updated_at = ? WHERE n = ?"},
		{"task that is judged", "SELECT n, owner FROM tasks WHERE owner = ` + ours + ` AND"},
		{"tasks to clear", "SELECT n, owner, bytes FROM tasks WHERE owner = ` + ours + ` AND"},
		{"clearing a context", "DELETE FROM tasks WHERE n = ?"},
		{"size of a task", "UPDATE tasks SET bytes = bytes + ? WHERE n = ?"},
		{"task", "messages, bytes, updated_at FROM tasks WHERE owner = ` + ours + ` AND"},
		{"history", "FROM events WHERE task = ? AND kind = 'message'"},
		{"artifacts", "FROM events WHERE task = ? AND kind = 'artifact'"},
		{"list", "FROM tasks\n\t\t\tWHERE owner = ` + ours + ` AND"},
		{"total of a list", "count(*) FROM tasks WHERE owner = ` + ours + ` AND ` + listed"},
		{"contexts", "min(n) AS first FROM tasks\n\t\t\tWHERE owner = ` + ours + `"},
		{"head of a task", "run, fence, bytes FROM tasks WHERE owner = ` + ours + ` AND"},
		{"changing a task", "messages, artifacts FROM tasks WHERE owner = ` + ours + ` AND"},
		{"telling of a task", "SET told = 1 WHERE owner = ` + ours + ` AND"},
		{"tasks of a context", "SELECT id FROM tasks INDEXED BY tasks_context WHERE owner = ` + ours + ` AND"},
	} {
		list = append(list, mutant{"everybody's tasks: " + q.name, "task/sqlite/statements.go", q.old, everybody(q.old), pkgs})
	}
	quota := func(name, old string) mutant {
		return mutant{"no quota: " + name, "task/sqlrows/charge.go", old, "false && " + old, pkgs}
	}
	perTask := func(name, old string) mutant {
		return mutant{"no quota: " + name, "task/sqlrows/continue.go", old, "false && " + old, pkgs}
	}
	return append(list,
		mutant{"everybody's tasks: anybody is an administrator", "task/cancel.go", `return s.cfg.AdminPermission != "" && who.HasScope(s.cfg.AdminPermission)`, "return true", []string{"./task -short", "./internal/hostile"}},
		quota("tasks", "tasks > 0 && maxTasks > 0 && u.tasks > maxTasks"),
		quota("bytes", "size > 0 && maxBytes > 0 && u.bytes > maxBytes"),
		perTask("messages of a task", "seq >= sub.MaxMessages"),
		perTask("bytes of a task", "row.bytes+int64(len(body)) > sub.MaxTaskBytes"),
	)
}

// everybody makes the condition on the owner, or on the task, true, and keeps the parameters;
// without the owner, an index that begins with it is of no use.
func everybody(query string) string {
	query = strings.Replace(query, " INDEXED BY tasks_context", "", 1)
	for _, c := range [][2]string{
		{"owner = ` + ours + `", "?1 <> ''"}, {"e.owner = owners.n", "owners.n <> 0"}, {"task = ?", "? <> 0"}, {"n = ?", "? <> 0"},
	} {
		if changed := strings.Replace(query, c[0], c[1], 1); changed != query {
			return strings.Replace(changed, "e.?1", "?1", 1)
		}
	}
	panic(fmt.Sprintf("no owner in %q", query))
}

// rules makes the operator's rules and quotas decide nothing.
func rules() []mutant {
	pkgs := []string{"./policy", "./internal/e2e -run=Policy|AllowedDIDs|Quota"}
	in := func(name, file, old, new string) mutant { return mutant{name, "policy/" + file, old, new, pkgs} }
	return []mutant{
		in("a deny rule is ignored", "policy.go", "k.effect == Deny && holds", "false"),
		in("a require rule is ignored", "policy.go", "k.effect == Require && !holds", "false"),
		in("a rule that cannot be evaluated allows", "policy.go", "d.Err, d.Reason = err, ", "d.Allowed, d.Err, d.Reason = true, err, "),
		in("a rule that cannot be evaluated is skipped", "policy.go", "case err != nil:\n\t\td.Err", "case false && err != nil:\n\t\td.Err"),
		in("the default is to allow", "policy.go", "Allowed: p.fallback == Allow,", "Allowed: true,"),
		in("the list of allowed DIDs is ignored", "engine.go", "if e.allowed == nil || (", "if true || e.allowed == nil || ("),
		in("a broken file lifts the rules", "engine.go", "p, err := Parse(content)\n", "p, err := Parse(content)\n\tif err != nil {\n\t\tp, err = &Policy{fallback: Allow}, nil\n\t}\n"),
		in("a file's quota of a day counts nothing", "quota_rules.go", "Daily: share.Daily}", "Daily: 0 * share.Daily}"),
	}
}
