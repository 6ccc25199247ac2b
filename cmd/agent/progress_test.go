package main

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestDuringSpeaksUpAfterTwoSeconds(t *testing.T) {
	failed := errors.New("no")
	for pause, want := range map[time.Duration]string{
		patience - 1: "",
		patience + 1: "waiting … (Ctrl-C gives up)\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			n, err := during(&out, "waiting", func() (int, error) {
				time.Sleep(pause)
				return 7, failed
			})
			if n != 7 || !errors.Is(err, failed) || out.String() != want {
				t.Errorf("%d, %v, %q", n, err, &out)
			}
		})
	}
}

// A stream says once what it waits for, however often nothing comes.
func TestAQuietStreamIsToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		q := newQuiet(&out, "waiting")
		for _, pause := range []time.Duration{patience - 1, patience + 1, patience + 1} {
			time.Sleep(pause)
			q.end()
			q.end()
			if want := pause > patience; (out.String() == "waiting … (Ctrl-C gives up)\n") != want {
				t.Errorf("after %s: %q", pause, &out)
			}
			q.begin()
		}
		q.end()
	})
}
