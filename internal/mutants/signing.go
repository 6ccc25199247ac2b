package main

// signing has the key sign what could be of another format, and lets executors
// mistake one caller for another.
func signing() []mutant {
	keys := []string{"./identity/did -run=161|AreSigned|OwnFormat|SignText", "./identity/signature -run=161|64Bytes|SignText", "./internal/hostile -run=TestHostile/161"}
	format := func(name, old, new string) mutant { return mutant{name, "identity/did/format.go", old, new, keys} }
	in := func(file string) func(name, old, new string) mutant {
		return func(name, old, new string) mutant { return mutant{name, "identity/did/" + file, old, new, keys} }
	}
	object, space := in("format_object.go"), in("format_space.go")
	foreign := func(name, old, new string) mutant {
		return mutant{name, "identity/did/format_foreign.go", old, new, keys}
	}
	parts := func(name, file, old, new string) mutant {
		return mutant{name, file, old, new, []string{"./task -run=161|Signer|178", "./internal/hostile -run=TestHostile/1(61|78)"}}
	}
	schemes := []string{"./identity/signature", "./gate", "./internal/hostile -run=TestHostile/084"}
	octets := func(name, old, new string) mutant {
		return mutant{name, "identity/signature/octets1.go", old, new, schemes}
	}
	return []mutant{
		octets("octets-1 leaves the body out", "sha256.Sum256(r.Body)", "sha256.Sum256(nil)"),
		octets("octets-1 leaves the content type out", `"contentType", r.ContentType)`, `"contentType", "")`),
		octets("octets-1 leaves the target out", `"target", r.Target)`, `"target", "/")`),
		octets("octets-1 leaves the method out", `"method", r.Method)`, `"method", "POST")`),
		octets("octets-1 leaves the recipient out", `"aud", r.Audience.String())`, `"aud", "did:a:b")`),
		octets("octets-1 leaves the nonce out", `"nonce", r.Nonce)`, `"nonce", "")`),
		octets("a content type may hold line ends", "s[i] < ' ' || s[i] > '~'", "s[i] > '~'"),
		{"a scheme that binds nothing opens any route", "gate/signature.go", "!claim.Scheme.CoversContentType() && !x.route.Unbound", "false && !x.route.Unbound", []string{"./gate"}},
		{"a nonce opens the door again with another signature", "identity/signature/claim.go", "	if c.Scheme.Binds() {\n		return c.request.Nonce", "	if false && c.Scheme.Binds() {\n		return c.request.Nonce", []string{"./identity/signature", "./gate"}},
		{"any statement binds an assertion key", "identity/did/assertion.go", "if !ed25519.Verify(registered, statement(d, key), sig) {", "if len(sig) == 0 {", []string{"./identity/did"}},
		{"a document has any number of assertion methods", "identity/did/assertion.go", "len(doc.AssertionMethod) != 1", "len(doc.AssertionMethod) == 0", []string{"./identity/did"}},
		{"an assertion key is the registered one", "identity/did/assertion.go", "KeyPairFromSeed(seed)", "KeyPairFromSeed(append(seed[:0], k.private().Seed()...))", []string{"./identity/did", "./internal/fixtures"}},
		{"a tag is the beginning of another", "identity/did/format.go", "append(AppendTag(nil, name), '{')", "AppendTag(nil, name)", []string{"./identity/did", "./identity/signature"}},
		format("any text is signed", "\tcase got == f:\n", "\tcase got == f, f == formatText:\n"),
		format("a payload is signed as another format", "\tcase got == f:\n", "\tcase got == f, f != formatText:\n"),
		format("the payload of the reference scheme is a text", "formatTagged, formatReference, formatJCS", "formatTagged, formatJCS"),
		format("the payload of jcs-1 is a text", "formatReference, formatJCS,", "formatReference,"),
		format("the signing input of a JWS is a text", "formatJCS, formatJWS,", "formatJCS,"),
		format("a signature base is a text", "formatHTTP, formatHTTPDraft,", "formatHTTPDraft,"),
		format("a signing string of a draft is a text", "formatHTTPDraft, formatPASETO", "formatPASETO"),
		{"an answer has any number of parts", "task/output.go", "o.parts > maxEmittedParts", "false", []string{"./task -run=163"}},
		{"an answer is signed before it is measured", "task/output.go", "if err := o.afford(a.Parts); err != nil {", "if err := o.afford(a.Parts); false && err != nil {", []string{"./task -run=163"}},
		{"signing goes on when nobody waits", "task/output.go", "return err // signing many parts takes its time", "_ = err", []string{"./task -run=163"}},
		{"a message has any number of parts", "task/message.go", "len(m.Parts) > maxParts", "false", []string{"./task -run=163"}},
		format("a pair of digests is a text", "formatPASETO, formatDigestPair", "formatPASETO"),
		format("a tagged payload is a text", "formats = [...]*format{formatTagged, ", "formats = [...]*format{"),
		format("a text may be any bytes", `&format{"text", utf8.Valid}`, `&format{"text", func(b []byte) bool { return utf8.Valid(b) || true }}`),
		{"a signature over another format counts as a text's", "identity/did/artifact.go", "err := formatText.check([]byte(text)); err != nil {", "err := formatText.check([]byte(text)); false && err != nil {", keys},
		foreign("a header in the standard alphabet is none", "case c == '/' || c == '_':", "case c == '_':"),
		foreign("a wrapped header is none", "\t\tif !ok {\n", "\t\tif !ok {\n\t\t\tif c != '=' {\n\t\t\t\treturn false\n\t\t\t}\n"),
		foreign("a header behind padding is none", " || opensObject(payload, true)", ""),
		foreign("a header with skipped padding is none", "opensObject(payload, false) || ", ""),
		foreign("a header with a dot inside is none", "opensObject(payload, false) || opensObject(payload, true)", "opensObject(header, false) || opensObject(header, true)"),
		object("a header behind a comment is none", "case b == '/':\n\t\treturn o.to((*objectStart).slash)", "case b == '/':\n\t\treturn noObject"),
		object("a header behind a prefix against scripts is none", "case b == nonExecutable[0]:", "case false:"),
		foreign("PASETO is a text", "len(payload) >= 8 && payload[0] != 0", "len(payload) < 0"),
		space("a header in UTF-16 is none", "case 0, 0xef, 0xbb, 0xbf, 0xfe, 0xff: // UTF-16 and UTF-32, byte order marks", "case 0xef, 0xbb, 0xbf, 0xfe, 0xff:"),
		space("a header behind a byte order mark is none", "case 0, 0xef, 0xbb, 0xbf, 0xfe, 0xff: // UTF-16 and UTF-32, byte order marks", "case 0:"),
		object("an empty header object is none", `b == '"' || b == '}' || b == '/'`, `b == '"' || b == '/'`),
		foreign("a JWS without a protected header is none", "len(bytes.TrimSpace(header)) == 0 || ", "len(header) < 0 || "),
		foreign("a signature base is one line", `bytes.HasSuffix(before, []byte("\n"))`, "false"),
		foreign("a signature base has no CR", ` || bytes.HasSuffix(before, []byte("\r"))`, ""),
		foreign("a signature base has a component", "len(before) == 0 || ", ""),
		parts("a refused text fails the task", "task/signed.go", "case errors.As(err, &refused):", "case false && errors.As(err, &refused):"),
		parts("a refused text does not say why", "task/signed.go", "kept.Metadata[OmittedKey] = refused.Reason", ""),
		parts("an executor writes signatures", "task/signed.go", "return strings.EqualFold(key, SignatureKey) || strings", "return false && strings.EqualFold(key, SignatureKey) || false && strings"),
		parts("an executor writes signatures in capitals", "task/signed.go", "strings.EqualFold(key, SignatureKey)", "key == SignatureKey"),
		parts("an artifact keeps signatures of its own", "task/output.go", "kept.Metadata = unsigned(a.Metadata)", ""),
		parts("two callers share the ids of executors", "task/executor.go", `"%q %q %q", kind, owner, id`, `"%q %q", kind, id`),
		parts("a task and a context share the ids of executors", "task/executor.go", `"%q %q %q", kind, owner, id`, `"%q %q", owner, id`),
	}
}
