package main

// taskShares lets one caller take what all use, and the write-ahead log grow.
func taskShares() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, file, old, new, []string{"./internal/turns", "./task -short", "./task/sqlite"}}
	}
	return []mutant{
		in("one caller may take all workers", "task/share.go", "return held < free", "return free > 0"),
		in("no worker is kept for newcomers", "task/share.go", "if held == 0 || p.stopped {\n\t\treturn free > -p.limits.Reserve", "if held == 0 || p.stopped {\n\t\treturn free > 0"),
		in("one caller may fill the queue", "task/share.go", "return pl.admitted < free", "return free > 0"),
		in("no place is kept for newcomers", "task/share.go", "if pl.admitted == 0 {\n\t\treturn free > -p.limits.Reserve", "if pl.admitted == 0 {\n\t\treturn free > 0"),
		in("executors that hang are nobody's", "task/share.go", "return pl.hung >= p.workers()", "return false"),
		in("who holds most comes first", "internal/turns/line.go", "return h[i].held < h[j].held", "return h[i].held > h[j].held"),
		in("one caller may take all connections", "internal/turns/semaphore.go", "(held > 0 && held >= free)", "held > 1<<20"),
		in("the write-ahead log is never emptied", "task/sqlite/checkpoint.go", "s.log.size.Store(s.logSize())", "s.log.size.Store(0 * s.logSize())"),
		in("the write-ahead log is emptied beside readers", "task/sqlite/checkpoint.go", "s.readers.AcquireAll()", "_ = 0"),
	}
}
