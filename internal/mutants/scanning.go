package main

// scanning weakens what reads a body in one pass, and what lends its buffers.
func scanning() []mutant {
	in := func(file string, packages ...string) func(name, old, new string) mutant {
		return func(name, old, new string) mutant { return mutant{name, file, old, new, packages} }
	}
	scanner := in("internal/jsonrpc/scanner.go", "./internal/jsonrpc", "./gate")
	lexer := in("internal/jsonlex/lex.go", "./internal/jsonlex", "./internal/jsonrpc", "./identity/did")
	quick := in("identity/did/quick.go", "./identity/did", "./identity/signature")
	schemes := in("identity/signature/jcs1.go", "./identity/signature -run=VerifiedBody", "./gate -run=BodyStays")
	body := in("gate/body.go", "./gate", "./internal/hostile -run=TestHostile/08")
	token := in("gate/token.go", "./gate", "./internal/hostile -run=TestHostile/0")
	exchange := in("gate/exchange.go", "./gate")
	deadlines := in("server/bounded.go", "./server")
	answers := in("a2a/encoder.go", "./a2a")
	return []mutant{
		scanner("a request is scanned at any depth", "if len(s.names.frames) >= s.maxDepth {", "if false {"),
		scanner("a request with a duplicate name is scanned", "return !s.names.close() && s.ended()", "s.names.close()\n\t\treturn s.ended()"),
		scanner("what follows a request is not scanned", "return s.at == len(s.body)", "return true"),
		scanner("a request that is not UTF-8 is scanned", "if !utf8.Valid(body) {", "if utf8.Valid(body) && false {"),
		scanner("a request is scanned that lacks members", "!s.document() || s.envelope.validate() != nil", "!s.document()"),
		scanner("members of the wrong kind are scanned", "s.body[s.value:s.at:s.at]) == nil", "s.body[s.value:s.at:s.at]) != ErrVersion"),
		lexer("a control character stands in a string", " | (v-' '*each)&^v", ""),
		lexer("half a pair of surrogates is a character", "return at + unitLength, ok && first < 0xdc00 && 0xdc00 <= second && second <= 0xdfff", "return at + unitLength, ok && second > 0"),
		lexer("a number begins with zeros", "if Byte(text, at) == '0' {", "if false {"),
		quick("a quick canonical form may grow without bound", "ok = ok && len(c.out) <= limit", "ok = ok && limit > 0"),
		quick("what follows a value is not canonical and passes", "return ok && jsonlex.Space(body, at) == len(body)", "return ok"),
		in("identity/did/tokens.go", "./identity/did")("an escape that has another form is canonical", "of what has no letter there is little\n\t\t\treturn false", "of what has no letter there is little\n\t\t\treturn true"),
		schemes("a verified body is lent to the next request", "bodyInside: true, ", ""),
		body("a body that announces no length has no bound", "if x.r.ContentLength <= 0 {", "if false {"),
		token("a token has any characters", "if !b64Chars[body[i]] {", "if !b64Chars[body[i]] && false {"),
		exchange("what a request held of a share is kept", "\tdefer x.place.Release()\n", ""),
		deadlines("an answer has the time of the one before", "if early := deadline.Sub(c.writeBy); 0 <= early && early <= d/sparing {", "if early := deadline.Sub(c.writeBy); early <= d/sparing {"),
		deadlines("an answer that may last has the deadline of the one before", "0 <= early && early <= d/sparing {", "0 <= early && !c.writeBy.IsZero() {"),
		in("a2a/answer.go", "./a2a -run=StillBeRead")("an answer that is still read is written over", "if _, err := jsonrpc.Send(w, status, e.out); err == nil {", "if _, err := jsonrpc.Send(w, status, e.out); true || err == nil {"),
		answers("an answer's text ends where it pleases", "`\"\\<>&`", "`\\<>&`"),
	}
}
