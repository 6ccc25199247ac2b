package main

// replaying breaks what the memory of replays promises beside remembering: fair
// shares, a short recovery, and no trust in copies.
func replaying() []mutant {
	pkgs := []string{"./gate/replay -short -run=Hostile17|Copy|Earlier|Program|Lost|Wait|Beyond|Recovery", "./internal/hostile -run=TestBackupAndRestore|TestWhatADirectory"}
	in := func(name, file, old, new string) mutant {
		return mutant{name, "gate/replay/" + file, old, new, pkgs}
	}
	return []mutant{
		in("half of what is free is one caller's", "share.go", "if free >= ample {", "if free >= 0 {"),
		in("the memory has no bound in total", "share.go", "if r.held.Add(1) <= r.total {", "if r.held.Add(1) > 0 {"),
		in("the horizon runs far ahead of the clock", "renew.go", "horizon := max(s.horizon.Load(), complete, now+horizonAhead)", "horizon := max(s.horizon.Load(), complete, now+6*horizonAhead)"),
		in("a request ahead does not wait for the disk", "synclog.go", "return l.sync(n)", "return l.sync(n * 0)"),
		in("requests ahead are forgotten in a crash", "recall.go", "s.carried = append(s.carried, rec)", "_ = rec"),
		in("lost keys ahead of the horizon do not matter", "recall.go", "case r.blind != nil:", "case false:"),
		in("a stop leaves all to the kernel", "keep.go", "err := s.syncSegment(all[i].segmentRef)", "err := error(nil)"),
		in("a stop says nothing of what it wrote", "keep.go", "all[i].Synced = err == nil", "all[i].Synced = false"),
		in("a copy counts as the original", "read.go", "if st.Version > 1 && mark != seg.Mark {", "if false {"),
		in("an earlier state counts", "read.go", "if err == nil && info.Size() > headerSize {", "if err == nil && info.Size() < 0 {"),
		in("any directory without a memory is another program's", "recall.go", "case absent && cfg.Foreign && len(names) == 0:", "case absent:"),
		{"a lost memory is another program's", "home/kept.go", "id.fresh, !served", "id.fresh, served || !served", []string{"./home", "./internal/hostile -run=TestWhatADirectory"}},
	}
}
