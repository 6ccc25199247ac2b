package main

// recording loses records of requests, makes two of one, or lets strangers fill
// the log.
func recording() []mutant {
	in := func(name, file, old, new string, packages ...string) mutant {
		return mutant{name, file, old, new, packages}
	}
	return []mutant{
		in("strangers fill the log", "audit/bound.go", "allowed := b.count[k] <= LinesPerSecond", "allowed := true", "./audit"),
		in("nobody says what is not logged", "audit/bound.go", "time.Until(b.since.Add(time.Second)), l.Flush)", "time.Until(b.since.Add(time.Second)), func() {})", "./audit"),
		in("a flood hides who has a name", "audit/bound.go", "k := kind{e.Decision, e.Gate, e.Reason, e.DID}", `k := kind{e.Decision, e.Gate, e.Reason, ""}`, "./audit", "./internal/hostile -run=TestHostile/177"),
		in("records that a sink loses are not counted", "audit/sink.go", "w.failures.Inc()", "", "./audit"),
		in("nobody is told of a sink that fails", "audit/sink.go", "w.changed(w.Name, err)", "", "./audit", "./agent"),
		in("a failing sink fills the log", "audit/sink.go", "now.Sub(w.said).Abs() < sayEvery", "false", "./audit"),
		in("a sink that panics keeps the record from others", "audit/sink.go", "if v := recover(); v != nil {", "if v := any(nil); v != nil {", "./audit"),
		in("what is not written heals the log", "audit/sink.go", "if !errors.Is(err, ErrNotKept) && (err != nil || w.failing.Load()) {", "if errors.Is(err, ErrNotKept) {\n\t\terr = nil\n\t}\n\tif err != nil || w.failing.Load() {", "./audit"),
		in("a line that is lost is not missed", "audit/log.go", "return l.handler.Handle(ctx, line)", "_ = l.handler.Handle(ctx, line)\n\treturn nil", "./audit", "./agent"),
		in("what a handler refuses is admitted", "gate/record.go", `case o.Gate != "":`, "case false:", "./gate", "./internal/hostile -run=TestHostile/177"),
		in("what is cut off is not recorded", "gate/record.go", "c.conclude(x)\n\t\tpanic(v)", "panic(v)", "./gate"),
		in("refusals behind the gates have no name", "internal/jsonrpc/response.go", "OutcomeOf(r.Context()).refuse(&e.Data)", "", "./a2a", "./gate", "./internal/hostile -run=TestHostile/090"),
		in("a slow body is broken off", "internal/jsonrpc/body.go", "if errors.Is(err, os.ErrDeadlineExceeded) {", "if err == os.ErrDeadlineExceeded {", "./internal/jsonrpc", "./gate", "./internal/hostile -run=TestHostile/090"),
	}
}
