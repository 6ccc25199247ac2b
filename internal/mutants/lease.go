package main

// leases lets answers be written to who is not proved any more.
func leases() []mutant {
	in := func(name, file, old, new string, pkgs ...string) mutant { return mutant{name, file, old, new, pkgs} }
	return []mutant{
		in("an answer begins without another look", "gate/lease.go", "if w.chain == nil || w.begun() {", "if true {", "./gate"),
		in("what a handler wrote goes out beside the refusal", "gate/lease.go", "clear(w.Header())", "_ = w.Header()", "./gate"),
		in("a stream outlives its token", "gate/lease.go", `{"token", c.tokenVerdict},`, "", "./gate"),
		in("a stream outlives its certificate", "gate/lease.go", `{"certificate", c.certificate},`, "", "./gate"),
		in("a stream outlives a revocation", "gate/lease.go", `{"agreement", c.agreement},`, "", "./gate"),
		in("a stream outlives its permission", "gate/lease.go", `{"scope", c.scope},`, "", "./gate"),
		in("a stream outlives the rules", "gate/lease.go", `{"policy", c.lastingPolicy},`, "", "./gate"),
		in("only rules about the caller end a stream", "gate/policy.go", "if !ok || !x.charged {", "if true || !ok {", "./gate"),
		in("rules are asked about a request of another size", "agent/policy.go", "policy.NewRequest(r.Method, r.Params, int64(len(r.Body)), r.Time)\n}", "policy.NewRequest(r.Method, r.Params, 0, r.Time)\n}", "./agent -run=TestHostile120"),
		in("a slow reader gets the whole answer", "gate/exchange.go", "!w.goesOn(len(piece))", "false", "./gate"),
		in("an answer that is cut off looks whole", "gate/record.go", "if x.w.cut {", "if false {", "./gate"),
		in("an authority that is down ends streams", "gate/lease.go", "if unknowing[d.Reason] {\n\t\treturn ErrUnknown", "if false {\n\t\treturn ErrUnknown", "./gate"),
		in("an authority that is down says yes", "gate/lease.go", "d != nil && unknowing[d.Reason] && x.now.Sub(x.proved) <= lease.MaxAge", "d != nil && unknowing[d.Reason]", "./gate"),
		in("a token that has ended waits for its authority", "gate/lease.go", "if unknowing[d.Reason] && x.token", "if false && x.token", "./gate"),
		in("a stream is another's by now", "gate/lease.go", "if x.caller.Name() != name {", "if x.caller.Name() != name && false {", "./gate"),
		in("a stream does not ask", "a2a/stream.go", "err := lease.Check(e.w)", "err := error(nil)", "./a2a"),
		in("an event of another task is believed", "peer/connection.go", `case s.taskID != "" && u.TaskID != s.taskID:`, "case false:", "./peer"),
		in("a stream is gone on with from its beginning", "peer/jsonrpc.go", "if call.last != \"\" {", "if false {", "./peer"),
		in("whoever does not know a message again gets it twice", "peer/stream.go", "c.repeats(ctx, p, delivery(p), &s.sent)", "c.repeats(ctx, p, sent, &s.sent)", "./peer"),
		in("anybody's task is the one that was asked for", "peer/ids.go", "if reply.TaskID != taskID {", "if false {", "./peer -run Hostile125"),
		in("ids of peers have line ends", "peer/ids.go", "if hasUnseen(id) {", "if id == \"\" && hasUnseen(id) {", "./peer -run Hostile125|Streams"),
		in("the caller's own message is an answer", "peer/reply.go", "w.Parts != nil && isOwn(w.Role):", "w.Parts != nil && false:", "./peer -run Hostile125|Streams"),
		in("any id of an event is sent back", "peer/ids.go", "return len(eventID) <= maxEventID && !hasUnseen(eventID)", "return true", "./peer -run Streams"),
		in("an event has any size", "internal/sse/sse.go", "case len(line) >= limit:", "case false:", "./internal/sse"),
		in("a stream is told without its number", "a2a/stream.go", "if u.Seq > 0 {", "if false {", "./a2a"),
	}
}
