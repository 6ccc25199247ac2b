package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/getbindu/bindu-go/internal/authorityinit"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// The scripts of testdata run this very program, one behaviour a file.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"registrar": main})
}

// TestCommands need nobody but the registrar, if that.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"answering": answering, "own": own, "terminate": terminate, "webhook": webhookFiles},
	})
}

// answering waits until the registrar of the script answers its operator.
func answering(ts *testscript.TestScript, _ bool, _ []string) {
	client := operator.NewClient(ts.MkAbs(".registrar"))
	defer client.Close()
	end := time.Now().Add(wait)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for ; ; <-tick.C {
		_, err := client.Tokens(context.Background())
		if err == nil {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("the registrar does not answer: %v", err)
		}
	}
}

// own tries to do something about the registrar itself, whose DID the file self has:
// own COMMAND [ARGUMENT...].
func own(ts *testscript.TestScript, _ bool, args []string) {
	line := append([]string{args[0], strings.TrimSpace(ts.ReadFile("self"))}, args[1:]...)
	if err := ts.Exec("registrar", line...); err == nil {
		ts.Fatalf("it was done: %q", line)
	}
	said := ts.ReadFile("stderr")
	if !strings.Contains(said, "error [own_did]: ") || !strings.Contains(said, "hint: ") {
		ts.Fatalf("%q says %s", line, said)
	}
}

// webhookFiles makes the certificate of a webhook for a host, of a CA of its own.
func webhookFiles(ts *testscript.TestScript, _ bool, args []string) {
	dir, now := ts.MkAbs(args[0]), time.Now()
	ts.Check(authorityinit.Init(dir, now))
	ts.Check(authorityinit.InitWebhook(dir, args[1], now))
}
