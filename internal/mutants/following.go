package main

// following lets a revocation be withheld from those that follow it, or what comes on a
// stream make anything last longer.
func following() []mutant {
	in := func(name, file, old, new string) mutant {
		return mutant{name, "registrar/" + file, old, new, []string{"./registrar -run=Follow|Told|Stream|Epoch|Database|Decision|Decided|Turn|AtOnce|ReadsNothing|Early|SentAway"}}
	}
	said := func(name, file, old, new string) mutant {
		return mutant{name, "identity/revocation/" + file, old, new, []string{"./identity/revocation"}}
	}
	api := func(name, file, old, new string) mutant {
		return mutant{name, "oauth/registrarapi/" + file, old, new, []string{"./oauth/registrarapi -run=Stream"}}
	}
	agent := func(name, file, old, new string) mutant {
		return mutant{name, "oauth/registrarapi/follower/" + file, old, new, []string{"./oauth/registrarapi/follower"}}
	}
	return []mutant{
		in("a follower's own DID is told without its asking", "hub.go", "if s.follows(t.DID) && t.Seq > s.began.Seq {", "if t.Seq > s.began.Seq {"),
		in("who is revoked goes on to follow", "hub.go", "if t.DID == s.follower && t.Revoked && s.end == \"\" {", "if false {"),
		in("who is not registered goes on to follow", "stream.go", "beats%standingEvery == 0 && !r.stillRegistered(ctx, s)", "false"),
		in("one DID opens any number of streams", "hub.go", "if len(own) >= MaxStreamsPerDID && time", "if false && time"),
		in("an address has all streams", "shares.go", "(held <= of-all-of/4 || held <= of/1024)", "true"),
		in("a dead stream keeps its place", "hub.go", "revocation.EndReplaced)\n\th.remove(s)\n", "revocation.EndReplaced)\n"),
		in("streams outlive a stop", "hub.go", "\th.endAll(revocation.EndStopping)\n", ""),
		in("a registrar speaks for a database that is away", "hub.go", "time.Since(h.looked) > fresh", "h.looked.IsZero()"),
		in("who was revoked before is not told of", "hub.go", "if t.Seq > s.pending[t.DID].Seq {", "if false {"),
		in("a follower that reads nothing is waited for", "revocations.go", "late := time.AfterFunc(revocation.Silence,", "late := time.AfterFunc(time.Hour,"),
		in("a database that went back is the one that was seen", "epoch.go", "return found.Seq < seen.Seq", "return false"),
		in("another database is the one that was seen", "epoch.go", "return is <= was", "return is < was"),
		in("a new epoch gives out old numbers", "epoch.go", "last := max(found.Seq, seen.Seq)\n\tif now", "last := found.Seq\n\tif now"),
		in("a new epoch knows none but its own", "epoch.go", "now > last {\n\t\treturn now", "now > last {\n\t\treturn last + epochStep"),
		in("a decision is not witnessed", "revoke.go", "\tr.decided(at)\n\tif in == nil {", "\t_ = at\n\tif in == nil {"),
		in("who comes too early has two turns", "turns.go", "at, ok := t.told[who]; ok && now.Before(at)", "at, ok := t.told[who]; ok && now.IsZero()"),
		in("all who get no turn come back together", "turns.go", "t.promised = t.promised.Add(t.length / time.Duration(t.n))", "t.promised = now.Add(t.length / time.Duration(t.n))"),
		said("any key makes a message", "verify.go", "err != nil || !registrar.BoundTo(key)", "err != nil"),
		said("a message needs no signature", "verify.go", "|| !ed25519.Verify(key, w.payload(), signature)", ""),
		said("a message is for any stream", "verify.go", "|| w.Stream != stream ||", "||"),
		said("a message is for any follower", "verify.go", "|| w.Follower != follower.String() ||", "||"),
		api("a message may be lost", "follow.go", "case m.Number != s.number+1:", "case m.Number <= s.number:"),
		api("the sequence may go back", "follow.go", "case m.Epoch == s.epoch && m.Head < s.head:", "case false:"),
		agent("silence keeps what is kept", "run.go", "\tr.drop(Silent)\n", "\tr.until = time.Time{}\n"),
		agent("a gap keeps what is kept", "run.go", "case a.err != nil && r.cfg.Broken(a.err):\n\t\tr.drop(Gap)", "case a.err != nil && r.cfg.Broken(a.err):"),
		agent("another epoch keeps what is kept", "run.go", "\t\tr.cfg.ForgetAll(Epoch)\n", ""),
		agent("a delayed message is as good as a new one", "link.go", "l.sent.Add(m.Issued.Sub(l.first)).Add(revocation.Silence)", "now.Add(revocation.Silence)"),
		agent("an older word counts after a newer one", "follower.go", "s == nil || e.Seq <= s.seq", "s == nil"),
		agent("room is made of who is revoked", "follower.go", "found.revoked && !s.revoked || found.revoked == s.revoked && s.used", "s.used"),
		agent("who is refused is forgotten in a rest", "follower.go", "return !s.revoked && now.Sub(s.used) > unused", "return now.Sub(s.used) > unused"),
		agent("nobody is followed after a rest", "follower.go", "f.setDirty(len(f.known) > 0)\n", "f.setDirty(false)\n"),
		agent("a caller is not followed for its callers' sake", "run.go", "if r.next == nil && r.idle() {", "if r.next == nil {"),
		agent("a revoked caller is not refused", "follower.go", "s.seq, s.revoked = e.Seq, e.Revoked", "s.seq = e.Seq"),
		{"who is revoked passes the gates", "gate/admins.go", "&& c.cfg.Revoked(x.caller.DID) {", "&& false {", []string{"./gate -run=Hostile167|WhoIsRevoked"}},
		{"what was asked before a silence counts", "oauth/internal/refresh/cache.go", "func (c *Cache[K, A, V]) ForgetAll() {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\tfor key := range c.asking {\n\t\tc.disown(key)\n\t}\n", "func (c *Cache[K, A, V]) ForgetAll() {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n", []string{"./oauth/internal/refresh -run=Forget"}},
		{"the verdicts on who is revoked are kept", "oauth/hydra/introspector.go", "return v.claims.DID == d.String()", "return false", []string{"./oauth/hydra -short -run=Forgotten"}},
	}
}
