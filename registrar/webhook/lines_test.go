package webhook_test

import (
	"bytes"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/registrar/webhook"
)

// TestWhoIsRefusedDoesNotFillTheLog: of refusals for one reason and DID a second has some
// lines, and the next one says how many had none. What else is told is told.
func TestWhoIsRefusedDoesNotFillTheLog(t *testing.T) {
	k := newKit(t)
	var log bytes.Buffer
	var err error
	k.handler, err = webhook.New(webhook.Config{
		Registry: k.registry, Issuer: issuer, CAHost: caHost, Self: itself, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Decided: func(d webhook.Decision) { k.decisions = append(k.decisions, d) },
		Now:     func() time.Time { return k.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := func() []string {
		defer log.Reset()
		return strings.Split(strings.TrimSuffix(log.String(), "\n"), "\n")
	}
	agent := k.ca.Issue(issuer, alice.String())
	strange := func() *http.Request {
		r := k.request("{}")
		r.TLS = verified(agent)
		return r
	}
	for range 300 {
		k.ask(strange())
	}
	if got := lines(); len(got) != 20 || !strings.Contains(got[19], "reason=webhook_caller") || !strings.Contains(got[19], "cause=") {
		t.Errorf("%d lines, the last %q", len(got), got[len(got)-1])
	}
	k.ask(k.request(question(issuer, alice, newKey(t))))
	if got := lines(); len(got) != 1 || !strings.Contains(got[0], "reason=client_unknown") || !strings.Contains(got[0], "left_out=280") || strings.Contains(got[0], "cause") {
		t.Errorf("%q", got)
	}
	k.now = k.now.Add(time.Second)
	k.ask(strange())
	if got := lines(); len(got) != 1 || !strings.Contains(got[0], "reason=webhook_caller") || strings.Contains(got[0], "left_out") {
		t.Errorf("%q", got)
	}
	for range 30 {
		k.registry.registered[alice] = true
		key := newKey(t)
		k.registry.announced[alice] = sha256.Sum256(key)
		k.ask(k.request(question(issuer, alice, key)))
	}
	if got := lines(); len(got) != 30 || strings.Contains(got[0], "cause") || !strings.Contains(got[0], "certificate allowed") {
		t.Errorf("%d lines of certificates that are allowed: %q", len(got), got[0])
	}
}
