package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/cli"
)

// answer has the critic answer, with a signature where that is demanded and it has a key.
func (w *world) answer(rw http.ResponseWriter, r *http.Request, rpc http.HandlerFunc) {
	key := w.signer.Load()
	if demanded, err := signature.Demanded(r.Header); key == nil || !demanded || err != nil {
		rpc(rw, r)
		return
	}
	made := httptest.NewRecorder()
	rpc(made, r)
	maps.Copy(rw.Header(), made.Header())
	rw.Header().Set("Content-Type", "application/json")
	critic, err := did.Parse(criticDID)
	if err != nil {
		panic(err)
	}
	b, err := signature.BindingOf(r.Header, critic)
	if err != nil {
		panic(err)
	}
	err = signature.SignAnswer(key, signature.Answer{
		Binding: b, Status: made.Code, ContentType: "application/json", Body: made.Body.Bytes(), Timestamp: time.Now().Unix(),
	}, rw.Header())
	if err != nil {
		panic(err)
	}
	rw.WriteHeader(made.Code)
	_, _ = rw.Write(made.Body.Bytes())
}

// signedWorld has a critic that signs, and whose key is pinned.
func signedWorld(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "I read %"))
	key := did.EncodePublicKey(w.sign(t).PublicKey())
	t.Setenv("DID__PINNED_KEYS", criticDID+"="+key)
	return w, criticDID + "=" + key
}

// A call leaves a file that proves, with the keys that are known, what was said.
func TestCallKeepsEvidence(t *testing.T) {
	w, criticKey := signedWorld(t)
	path := filepath.Join(t.TempDir(), "call.json")
	code, out, errOut := runAgent(t, "", "call", w.critic, "a sonnet", "--evidence", path)
	if code != cli.ExitOK || out != "I read a sonnet\n" || !strings.Contains(errOut, "evidence: "+path) {
		t.Fatalf("exit %d, %q, %q", code, out, errOut)
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	raw, err := os.ReadFile(path)
	must(t, err)
	for _, r := range w.requests {
		token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		if token == "" || strings.Contains(string(raw), token) {
			t.Error("the token is in the evidence")
		}
	}
	poetKey := poetDID + "=" + did.EncodePublicKey(w.key.PublicKey())
	code, out, errOut = runAgent(t, "", "verify", "--evidence", path, "--pin-key", criticKey, "--pin-key", poetKey)
	for _, want := range []string{"ok: signed by both", poetDID + " asked " + criticDID, "a sonnet", criticDID + " answered: status 200", "I read a sonnet"} {
		if code != cli.ExitOK || !strings.Contains(out, want) {
			t.Errorf("exit %d, %q is missing in %s%s", code, want, out, errOut)
		}
	}
	changed := filepath.Join(t.TempDir(), "changed.json")
	must(t, os.WriteFile(changed, []byte(strings.Replace(string(raw), "I read a", "I love a", 1)), 0o600))
	for name, tt := range map[string]struct {
		args   []string
		reason string
	}{
		"without a key": {[]string{path, "--pin-key", poetKey}, "evidence_key_unknown"},
		"with another":  {[]string{path, "--pin-key", poetKey, "--pin-key", strings.Replace(poetKey, poetDID, criticDID, 1)}, "evidence_key_changed"},
		"changed":       {[]string{changed, "--pin-key", poetKey, "--pin-key", criticKey}, "evidence_changed"},
		"no evidence":   {[]string{filepath.Join(w.dir.Path(), "identity.json"), "--pin-key", poetKey}, "evidence_malformed"},
	} {
		code, out, errOut := runAgent(t, "", append([]string{"verify", "--evidence"}, tt.args...)...)
		if code != cli.ExitFailed || out != "" || !strings.Contains(errOut, "error ["+tt.reason+"]") {
			t.Errorf("%s: exit %d, %q, %q; want %s", name, code, out, errOut, tt.reason)
		}
	}
}

// No file is replaced, none is left behind, and nothing is sent in vain.
func TestCallWithoutEvidence(t *testing.T) {
	w, _ := signedWorld(t)
	path := filepath.Join(t.TempDir(), "call.json")
	must(t, os.WriteFile(path, []byte("mine"), 0o644))
	code, _, errOut := runAgent(t, "", "call", w.critic, "a sonnet", "--evidence", path)
	if kept, _ := os.ReadFile(path); code != cli.ExitFailed || !strings.Contains(errOut, "[evidence_not_saved]") || string(kept) != "mine" {
		t.Errorf("a file is replaced: exit %d, %s, %q", code, errOut, kept)
	}
	must(t, os.Remove(path))
	w.signer.Store(nil) // it offers what it does not do
	code, out, errOut := runAgent(t, "", "call", w.critic, "a sonnet", "--evidence", path)
	if _, err := os.Stat(path); code != cli.ExitFailed || out != "" || !strings.Contains(errOut, "[answer_unsigned]") || !os.IsNotExist(err) {
		t.Errorf("not signed: exit %d, %q, %s; %v", code, out, errOut, err)
	}
	t.Setenv("DID__PINNED_KEYS", "")
	sent := len(w.requests)
	code, _, errOut = runAgent(t, "", "call", w.critic, "a sonnet", "--evidence", path)
	if _, err := os.Stat(path); code != cli.ExitFailed || !strings.Contains(errOut, "[answer_unsigned]") || !os.IsNotExist(err) || len(w.requests) != sent {
		t.Errorf("of a key that nobody knows: exit %d, %s; %v, %d requests", code, errOut, err, len(w.requests)-sent)
	}
}

// A refusal that the peer signed is its own, and can be kept as well.
func TestCallKeepsARefusal(t *testing.T) {
	w := newWorld(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-31403,"message":"no","data":{"reason":"policy_denied"}}}`))
	})
	key := did.EncodePublicKey(w.sign(t).PublicKey())
	t.Setenv("DID__PINNED_KEYS", criticDID+"="+key)
	path := filepath.Join(t.TempDir(), "call.json")
	code, out, errOut := runAgent(t, "", "call", w.critic, "a sonnet", "--json", "--evidence", path)
	var o outcome
	if err := json.Unmarshal([]byte(out), &o); err != nil || code != cli.ExitFailed || o.Error == nil || !o.Error.Proved || o.Error.Reason != "policy_denied" {
		t.Errorf("exit %d, %s, %s", code, out, errOut)
	}
	code, out, errOut = runAgent(t, "", "verify", "--evidence", path, "--pin-key", criticDID+"="+key, "--pin-key", poetDID+"="+did.EncodePublicKey(w.key.PublicKey()))
	if code != cli.ExitOK || !strings.Contains(out, "status 403") || !strings.Contains(out, "policy_denied") {
		t.Errorf("exit %d, %s%s", code, out, errOut)
	}
	w.signer.Store(nil) // somebody else refuses
	code, out, _ = runAgent(t, "", "call", w.critic, "a sonnet", "--json")
	o = outcome{}
	if err := json.Unmarshal([]byte(out), &o); err != nil || code != cli.ExitFailed || o.Error == nil || o.Error.Proved || o.Error.Reason != "policy_denied" {
		t.Errorf("not signed: exit %d, %s", code, out)
	}
}

// An answer that was changed on its way is none, whatever the certificate proves.
func TestCallRefusesAnAnswerThatWasChanged(t *testing.T) {
	w, _ := signedWorld(t)
	other, err := did.GenerateKeyPair(nil)
	must(t, err)
	w.signer.Store(other)
	code, out, errOut := runAgent(t, "", "call", w.critic, "a sonnet")
	if code != cli.ExitFailed || out != "" || !strings.Contains(errOut, "[answer_signature_invalid]") {
		t.Errorf("exit %d, %q, %s", code, out, errOut)
	}
}
