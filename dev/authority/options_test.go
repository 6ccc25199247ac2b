package main

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/dev/authority/internal/state"
)

func TestParseOptions(t *testing.T) {
	o, err := parseOptions([]string{"step-ca", "--dir", "d", "--step-ca", "127.0.0.1:0", "--cert-default", "5s", "--cert-max", "10s", "--without-hydra"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.command != "step-ca" || o.dir != "d" || !o.withoutHydra || o.addresses != (state.Addresses{StepCA: "127.0.0.1:0"}) {
		t.Errorf("options %+v", o)
	}
	if c := o.certificates; c.Min != time.Second || c.Default != 5*time.Second || c.Max != 10*time.Second {
		t.Errorf("certificates %+v", c)
	}
}

func TestARegistrarRunsUnlessThereIsAnother(t *testing.T) {
	for _, test := range []struct {
		args []string
		want bool
	}{
		{nil, true},
		{[]string{"build"}, true},
		{[]string{"--without-registrar"}, false},
		{[]string{"build", "--without-registrar"}, false},
		{[]string{"--webhook", "https://127.0.0.1:1/step-ca/authorize"}, false},
		{[]string{"hydra"}, false},
		{[]string{"step-ca"}, false},
	} {
		o, err := parseOptions(test.args, io.Discard)
		if err != nil || o.noRegistrar == test.want {
			t.Errorf("%q: without a registrar %t, %v", test.args, o.noRegistrar, err)
		}
	}
}

func TestParseOptionsFindsItsOwnSource(t *testing.T) {
	o, err := parseOptions(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if base := filepath.Base(o.source); base != "hydra" {
		t.Errorf("source %s, want the directory hydra", o.source)
	}
}

func TestParseOptionsRefuses(t *testing.T) {
	for _, args := range [][]string{
		{"serve"},
		{"hydra", "extra"},
		{"--unknown"},
		{"--cert-min", "0s"},
		{"--cert-min", "2h", "--cert-default", "1h"},
		{"--cert-default", "48h"},
		{"--token-ttl", "10ms"},
		{"--webhook", "http://127.0.0.1:1/step-ca/authorize"},
		{"--webhook", "https:///step-ca/authorize"},
		{"--webhook", "https://a:b@127.0.0.1/"},
		{"--webhook", "https://{{ .Token.sub }}/"},
	} {
		if _, err := parseOptions(args, io.Discard); !errors.Is(err, errUsage) {
			t.Errorf("%q: %v, want a usage error", args, err)
		}
	}
	if _, err := parseOptions([]string{"-h"}, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v, want flag.ErrHelp", err)
	}
}

func TestRunExitStatus(t *testing.T) {
	shared := t.TempDir() // others may enter it
	for _, test := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"-h"}, 0, "-hydra-public"},
		{[]string{"nonsense"}, 2, "nonsense"},
		{[]string{"--dir", shared}, 1, "chmod 700"},
	} {
		var stderr bytes.Buffer
		if got := run(test.args, strings.NewReader(""), io.Discard, &stderr); got != test.want {
			t.Errorf("%q: status %d, want %d", test.args, got, test.want)
		}
		if !strings.Contains(stderr.String(), test.says) {
			t.Errorf("%q: says %q, want %q in it", test.args, &stderr, test.says)
		}
	}
}
