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
