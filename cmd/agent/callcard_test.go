package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/a2a/card"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
)

// pages are what the critic says of itself: card and DID document.
type pages struct{ card, document []byte }

// sign has the critic sign its card from now on.
func (w *world) sign(t *testing.T) *did.KeyPair {
	t.Helper()
	key, err := did.GenerateKeyPair(nil)
	must(t, err)
	assertion, err := key.Assertion()
	must(t, err)
	made, err := card.New(card.Config{Name: "critic", Version: "1", URL: "https://critic/", DID: parseDID(t, criticDID), Key: assertion})
	must(t, err)
	described, err := did.NewDocument(parseDID(t, criticDID), key, time.Time{}, "")
	must(t, err)
	document, err := json.Marshal(described)
	must(t, err)
	w.pages.Store(&pages{made.V1(), document})
	w.signer.Store(key)
	return key
}

// describe writes a page of the critic.
func (w *world) describe(rw http.ResponseWriter, path string) {
	p := w.pages.Load()
	if path == did.PathDocument && p.document == nil {
		rw.WriteHeader(http.StatusNotFound)
		return
	}
	if path == did.PathDocument {
		_, _ = rw.Write(p.document)
		return
	}
	_, _ = rw.Write(p.card)
}

// TestCallSaysWhoSignedTheCard, and sends nothing where it was changed.
func TestCallSaysWhoSignedTheCard(t *testing.T) {
	w := newWorld(t, taskIn("TASK_STATE_COMPLETED", "I read %"))
	key := w.sign(t)
	call := func(args ...string) (int, string, string) {
		return runAgent(t, "", append([]string{"call", w.critic, "a sonnet"}, args...)...)
	}
	if code, _, errOut := call(); code != cli.ExitOK || !strings.Contains(errOut, "card: signed, but no key of the peer is known") {
		t.Errorf("of a key that nobody knows: exit %d, %s", code, errOut)
	}
	t.Setenv("DID__PINNED_KEYS", criticDID+"="+did.EncodePublicKey(key.PublicKey()))
	want := "card: signed by " + criticDID + "#key-2, bound to the peer by the key that is registered for the peer\n"
	if code, _, errOut := call(); code != cli.ExitOK || !strings.Contains(errOut, want) {
		t.Errorf("exit %d, %s", code, errOut)
	}
	code, out, _ := call("--json")
	var told struct {
		Card struct{ Signature, Key, Voucher string }
	}
	if err := json.Unmarshal([]byte(out), &told); err != nil || code != cli.ExitOK || told.Card.Signature != "verified" || told.Card.Key != criticDID+"#key-2" || told.Card.Voucher != "registered" {
		t.Errorf("exit %d, %s", code, out)
	}
	w.mu.Lock()
	sent := len(w.requests)
	w.mu.Unlock()
	p := *w.pages.Load()
	p.card = []byte(strings.Replace(string(p.card), `"critic"`, `"thief"`, 1))
	w.pages.Store(&p)
	if code, _, errOut := call(); code == cli.ExitOK || !strings.Contains(errOut, "[card_signature_invalid]") {
		t.Errorf("changed: exit %d, %s", code, errOut)
	}
	if w.mu.Lock(); len(w.requests) != sent {
		t.Error("a message went to an agent whose card was changed")
	}
	w.mu.Unlock()
}
