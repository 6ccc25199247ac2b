package main

import (
	"context"
	"log/slog"
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
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"answering": answering, "ending": ending, "own": own, "terminate": terminate, "webhook": webhookFiles},
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

// ending is a registrar in the directory of the script that is killed when it is asked.
func ending(ts *testscript.TestScript, _ bool, _ []string) {
	ln, err := operator.Listen(ts.MkAbs(".registrar"), slog.New(slog.DiscardHandler))
	ts.Check(err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 1<<10))
			conn.Close()
		}
	}()
	ts.Defer(func() {
		ln.Close()
		<-done
	})
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
