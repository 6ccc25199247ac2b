package hostile

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/mr-tron/base58"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/probe"
	"github.com/getbindu/bindu-go/internal/safefile"
)

// signingRows are about what the agent's own key signs, and for whom it works.
func signingRows() []row {
	const unsigned = "200; the part carries `did.message.signature.omitted` and the reason, and no signature in the answer opens a gate"
	return []row{
		{number: 161, reason: "echo", sent: "a text that is a request of the agent's own, a JWS signing input or an RFC 9421 base, to the default backend", gets: unsigned,
			with: "AGENT__BACKEND=echo", run: repeated},
		{number: 161, reason: "exec", sent: "the same to a command that repeats it", gets: unsigned, with: "AGENT__BACKEND=exec AGENT__COMMAND=cat", run: repeated},
		{number: 178, reason: "same_ids", sent: "the contextId and taskId that another caller chose", gets: "200; the command gets other ids for it than for the other caller, and the same ones again for the same caller",
			with: "AGENT__BACKEND=exec AGENT__COMMAND=env", run: sameIDs},
	}
}

// repeated has the agent h repeat texts, and takes what it answers to another
// agent in h's name. Certificate and token of h are in the wrong hands here:
// the signature must hold alone.
func repeated(t *testing.T, h *house) {
	key := h.ownKey(t)
	thief := &caller{name: h.DID(), key: key, cert: h.issue(h.DID())}
	for _, scheme := range schemes {
		t.Run(string(scheme), func(t *testing.T) {
			s := aimAs(t, h.house(""), thief)
			s.scheme = scheme
			text := s.payload()
			found := signaturesIn(t, h, text, "request_"+strings.ReplaceAll(string(scheme), "-", "_"))
			for _, sig := range found {
				forged := *s
				header(signature.HeaderSignature, sig)(&forged)
				if got := forged.send(); got.err != nil || got.status == 200 {
					t.Errorf("a signature of the answer opens %+v", got)
				}
			}
			ok.check(t, s.send(), "") // the same request, signed by who may: nothing else was wrong with it
		})
	}
	for name, c := range map[string]struct{ text, reason string }{
		"JWS":            {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","kid":"#key-1"}`)) + ".eyJpc3MiOiJtZSJ9", "jws"},
		"JWS, padded":    {base64.StdEncoding.EncodeToString([]byte(`{"alg":"EdDSA","kid":"key"} `)) + ".e30", "jws"},
		"RFC 7797":       {base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA","b64":false}`)) + ".any text", "jws"},
		"RFC 9421":       {"\"@method\": POST\n\"@signature-params\": (\"@method\");created=1;keyid=\"key-1\"", "http_signature"},
		"pair of hashes": {strings.Repeat("0123456789abcdef", 4), "digest_pair"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, sig := range signaturesIn(t, h, c.text, c.reason) {
				if raw, err := base58.Decode(sig); err != nil || ed25519.Verify(key.PublicKey(), []byte(c.text), raw) {
					t.Errorf("%s is a signature of %q", sig, c.text)
				}
			}
		})
	}
	if signed := signaturesIn(t, h, "hello", ""); len(signed) != 1 || did.VerifyText(key.PublicKey(), "hello", signed[0]) != nil {
		t.Errorf("signatures of a greeting: %v", signed)
	}
}

// ownKey reads the agent's key where it keeps it.
func (h *house) ownKey(t *testing.T) *did.KeyPair {
	t.Helper()
	dir, err := safefile.OpenDir(h.dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := did.LoadKeyPair(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// payload is what the shot's signature covers.
func (s *shot) payload() string {
	s.t.Helper()
	stamp, err := strconv.ParseInt(s.time, 10, 64)
	if err != nil {
		s.t.Fatal(err)
	}
	r := signature.Request{DID: s.signer, Timestamp: stamp, Body: s.body}
	if s.scheme == signature.JCS1 {
		if s.nonce, err = signature.NewNonce(rand.Reader); err != nil {
			s.t.Fatal(err)
		}
		r.Audience, r.Method, r.Target, r.Nonce = s.audience, s.method, s.target, s.nonce
	}
	payload, err := s.scheme.Payload(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(payload)
}

// signaturesIn has the agent repeat text, checks the reason for which it did
// not sign it ("" if it did), and returns all that could be a signature.
func signaturesIn(t *testing.T, h *house, text, reason string) []string {
	t.Helper()
	c := h.newCaller(t)
	made, _ := ask(t, h, c, string(probe.Message(text)))
	var task struct{ ID string }
	if err := json.Unmarshal(made.Result, &task); err != nil || task.ID == "" {
		t.Fatalf("%s, %v", made.Result, err)
	}
	kept, _ := ask(t, h, c, request("tasks/get", `{"id":"`+task.ID+`"}`))
	var found []string
	for _, result := range []json.RawMessage{made.Result, kept.Result} {
		var answer struct {
			Artifacts []struct {
				Parts []struct{ Text, Metadata json.RawMessage }
			}
		}
		if err := json.Unmarshal(result, &answer); err != nil || len(answer.Artifacts) != 1 || len(answer.Artifacts[0].Parts) != 1 {
			t.Fatalf("answer %s, %v", result, err)
		}
		part := answer.Artifacts[0].Parts[0]
		var metadata map[string]string
		var said string
		if json.Unmarshal(part.Metadata, &metadata) != nil || json.Unmarshal(part.Text, &said) != nil || said != text {
			t.Fatalf("part %s %s", part.Text, part.Metadata)
		}
		if _, signed := metadata[did.MetadataSignature]; metadata[did.MetadataOmitted] != reason || signed != (reason == "") {
			t.Errorf("metadata %v of %q, want the reason %q", metadata, text, reason)
		}
		found = candidates(t, result)
	}
	return found
}

// candidates are all texts of an answer that have the form of a signature.
func candidates(t *testing.T, raw json.RawMessage) []string {
	t.Helper()
	var found []string
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case string:
			if b, err := base58.Decode(v); err == nil && len(b) == ed25519.SignatureSize {
				found = append(found, v)
			}
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		t.Fatal(err)
	}
	walk(value)
	return found
}

func sameIDs(t *testing.T, h *house) {
	alice, bob := h.newCaller(t), h.newCaller(t)
	task := uuid.NewString()
	first, second, again := environment(t, h, alice, task), environment(t, h, bob, task), environment(t, h, alice, uuid.NewString())
	for _, name := range []string{"AGENT_TASK_ID", "AGENT_CONTEXT_ID", "AGENT_CALLER_DID", "AGENT_CALLER_NAME"} {
		if first[name] == "" || second[name] == "" || first[name] == second[name] {
			t.Errorf("%s is %q for one caller and %q for another", name, first[name], second[name])
		}
	}
	if first["AGENT_TASK_ID"] == first["AGENT_CONTEXT_ID"] {
		t.Errorf("task and context of one id are both %q", first["AGENT_TASK_ID"])
	}
	if first["AGENT_CONTEXT_ID"] != again["AGENT_CONTEXT_ID"] || first["AGENT_TASK_ID"] == again["AGENT_TASK_ID"] {
		t.Errorf("a later task of the conversation: %v, then %v", first, again)
	}
}

// environment returns what the command saw of a message in one context.
func environment(t *testing.T, h *house, c *caller, taskID string) map[string]string {
	t.Helper()
	const chosen = "0a4b6c1e-5f32-4d7a-8e90-6b1c2d3e4f50"
	body := strings.Replace(string(probe.Message("x")), `"role":"user"`, `"role":"user","taskId":"`+taskID+`","contextId":"`+chosen+`"`, 1)
	made, text := ask(t, h, c, body)
	var task struct {
		ID, ContextID string
		Artifacts     []struct{ Parts []struct{ Text string } }
	}
	if err := json.Unmarshal(made.Result, &task); err != nil || task.ID != taskID || task.ContextID != chosen || len(task.Artifacts) != 1 {
		t.Fatalf("%s, %v", text, err)
	}
	env := make(map[string]string)
	for line := range strings.SplitSeq(task.Artifacts[0].Parts[0].Text, "\n") {
		if name, value, is := strings.Cut(line, "="); is {
			env[name] = value
		}
	}
	return env
}
