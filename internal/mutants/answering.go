package main

// signedAnswers have an agent sign less than its answer, or for whom it should not, and a
// caller take what was not signed.
func signedAnswers() []mutant {
	in := func(file string, tests ...string) func(name, old, new string) mutant {
		return func(name, old, new string) mutant { return mutant{name, file, old, new, tests} }
	}
	formats := "./identity/signature -run=Answer|Event|Stream|Binds|Demands"
	answer, event := in("identity/signature/answer1.go", formats, "./peer -run=Answers|Streams"), in("identity/signature/event1.go", formats, "./peer -run=Streams")
	reader := in("identity/signature/eventreader.go", formats, "./peer -run=Stream")
	gate := in("gate/answer.go", "./gate -run=Answer|Sign|Demand|Stream|Copy")
	caller := in("peer/proved.go", "./peer -run=Answers|Refusals|Stream|Transport|Recorded|Card|Demand")
	stream := in("peer/connection.go", "./peer -run=Stream")
	record := in("identity/evidence/verify.go", "./identity/evidence")
	call := in("identity/signature/grpc.go", "./identity/signature -run=Message|Call", "./peer -run=GRPC")
	calls := in("gate/answergrpc.go", "./gate -run=Calls|Messages")
	return []mutant{
		call("answers by gRPC leave the code out", "int64(s.Code), 10)", "0, 10)"),
		call("answers by gRPC leave the text out", "sha256.Sum256([]byte(s.Message))", "sha256.Sum256(nil)"),
		call("answers by gRPC leave the details out", "sha256.Sum256(s.Details)", "sha256.Sum256(nil)"),
		call("a message of a stream needs no signature", "if !ok {\n		return", "if !ok {\n		return frame(dst, m), nil\n	}\n	if !ok {\n		return"),
		call("a stream of gRPC has an end without a signature", "case err != nil, len(h[keySignature]) == 0:\n		return ErrCut", "case err != nil, len(h[keySignature]) == 0:\n		return io.EOF"),
		call("the end of a stream of gRPC is signed twice", "case len(h[keySignature]) > 1 ||", "case false && len(h[keySignature]) > 1 ||"),
		{"something stands behind the signature of a message", "internal/grpcframe/wire.go", "return rest, value, len(b) == 0 && bytes.Equal(AppendField(nil, n, value), message[at:])", "return rest, value, true || bytes.Equal(nil, nil)", []string{"./internal/grpcframe", "./identity/signature -run=Message"}},
		calls("a stream of gRPC is signed as a whole", "w.messages = ok && m.Stream", "w.messages = false && ok && m.Stream"),
		{"an unsigned success by gRPC is a refusal", "peer/proved.go", "refused = refused || status.Code != 0", "refused = true", []string{"./peer -run=GRPC"}},
		{"a call by gRPC demands nothing", "peer/proved.go", "return p.SignedAnswers }", "return p.SignedAnswers && p.Binding != GRPC }", []string{"./peer -run=GRPC"}},
		{"a stream that broke off is recorded as whole", "peer/provedstream.go", "b.over(false)", "b.over(true)", []string{"./peer -run=Recorded|BreaksOff|BrokeOff"}},
		{"an error that ends a stream is recorded without its end", "peer/connection.go", "refused && signed {", "false && refused && signed {", []string{"./peer -run=Recorded|BrokeOff"}},
		record("a record that was cut proves its end", "p.Incomplete = stream.Events(), a.Incomplete", "p.Incomplete = stream.Events(), false"),
		record("a stream is said to have broken off that has an end", "case a.Incomplete && (err == nil ||", "case a.Incomplete && (false ||"),
		record("what was cut need not be what was signed", "case a.Incomplete && !errors.Is(err, signature.ErrCut):", "case false:"),
		{"a record without an end is as good as one with it", "cmd/agent/verifyevidence.go", "|| f.incomplete || !isIncomplete(proofs)", "|| f.incomplete || isIncomplete(proofs) || true", []string{"./cmd/agent -run=BrokeOff"}},
		answer("answer-1 leaves the body out", "sha256.Sum256(a.Body)", "sha256.Sum256(nil)"),
		answer("answer-1 leaves the status out", "int64(a.Status), 10)", "200, 10)"),
		answer("answer-1 leaves the request out", `"request", a.Request)`, `"request", [32]byte{})`),
		answer("answer-1 leaves the content type out", `"contentType", a.ContentType)`, `"contentType", "")`),
		answer("a header of an answer is there twice", "if len(h[key]) > 1 {", "if false {"),
		answer("any agent signs an answer", "case first(h[keyDID]) != agent.String():", "case false:"),
		event("event-1 leaves the data out", "sha256.Sum256(data)", "sha256.Sum256(nil)"),
		event("event-1 leaves the id out", `"id", id)`, `"id", "")`),
		event("event-1 leaves the number and the event before out", "c.number, c.previous = c.number+1, hex.EncodeToString(sum[:])", "_ = hex.EncodeToString(sum[:])"),
		reader("a stream that was cut off is whole", "return nil, ErrCut", "return nil, io.EOF"),
		reader("an event needs no signature", `if m.signature == "" {`, `if m.signature == "" { return nil }; if false {`),
		reader("a stream goes on behind its end", "if _, err := r.in.Block(nil); !errors.Is(err, io.EOF) {", "if false {"),
		{"copies of a request are answered with a signature", "gate/chain.go", "		{\"replay\", c.replay},\n		{\"signature\", c.signAnswer},", "		{\"signature\", c.signAnswer},\n		{\"replay\", c.replay},", []string{"./gate"}},
		{"strangers have the key sign", "gate/chain.go", "		{\"body\", c.body},", "		{\"body\", c.body},\n		{\"signature\", c.signAnswer},", []string{"./gate"}},
		gate("a demand that cannot be met is ignored", "c.cfg.Key == nil):\n		return deny(AnswerScheme, nil)", "c.cfg.Key == nil):\n		return nil"),
		gate("a demand that is not known is ignored", "case err != nil:\n		return deny(AnswerScheme, nil)\n	case demanded", "case err != nil:\n		return nil\n	case demanded"),
		gate("an answer that cannot be signed goes out empty", "case w.failed || !w.stillProved():", "case false:"),
		gate("what is kept outlasts the proofs", "return x.response.chain == nil ||", "return true ||"),
		in("gate/answerstream.go", "./gate -run=Stream")("whoever hung up is told the end", "if w.failed || w.x.r.Context().Err() != nil {", "if w.failed {"),
		caller("an answer without a signature is taken", "(!errors.Is(err, signature.ErrMissing) || !refused)", "!errors.Is(err, signature.ErrMissing)"),
		caller("an answer with another signature is taken", "(!errors.Is(err, signature.ErrMissing) || !refused)", "errors.Is(err, signature.ErrMissing) && !refused"),
		caller("an unsigned refusal is proved", "proved: err == nil}", "proved: true}"),
		caller("a card that nobody vouches for offers signatures", "if proof.State != CardVerified {", "if false {"),
		stream("what ends a stream is told before its end is proved", "err == nil && signed && u.State.settled()", "false && signed"),
		record("any key is a DID's", "case ok || p.DID.BoundTo(p.Key):", "default:"),
		record("a pinned key may be another", "case ok && !pinned.Equal(p.Key):", "case ok && len(pinned) == 0:"),
		record("a record says what nobody signed of a request", `!sameHeader(claim.Header(), q.Header) || !p.Scheme.Binds() && q.Method+q.Target != "" || !p.Scheme.CoversContentType() && q.ContentType != ""`, "false"),
		record("a record says what nobody signed in a stream", "!same {", "false && !same {"),
		record("a record is of any caller", "if claim.Signer != r.Caller.DID {", "if false {"),
	}
}
