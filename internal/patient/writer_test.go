package patient_test

import (
	"bytes"
	"errors"
	"io"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/getbindu/bindu-go/internal/patient"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Second

func write(t *testing.T, w io.Writer, line string, want error, took time.Duration) {
	t.Helper()
	began := time.Now()
	n, err := w.Write([]byte(line))
	if !errors.Is(err, want) || want == nil && (err != nil || n != len(line)) || time.Since(began) != took {
		t.Errorf("%q: %d, %v after %s, want %v after %s", line, n, err, time.Since(began), want, took)
	}
}

// However long nobody reads, only one write waits, and not for long; what is written
// when somebody reads again is whole.
func TestNobodyReadsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, out := io.Pipe()
		w := patient.New(out, patience)
		write(t, w, "late\n", patient.ErrUnread, patience)
		time.Sleep(time.Hour)
		write(t, w, "lost\n", patient.ErrUnread, 0)
		write(t, w, "lost\n", patient.ErrUnread, 0)
		var got bytes.Buffer
		done := make(chan error, 1)
		go func() { _, err := got.ReadFrom(read); done <- err }()
		synctest.Wait()
		write(t, w, "kept\n", nil, 0)
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := errors.Join(out.Close(), <-done); err != nil || got.String() != "late\nkept\n" {
			t.Errorf("%v, read %q", err, &got)
		}
	})
}

// A close waits no longer than a write.
func TestCloseWhileNobodyReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, out := io.Pipe()
		w := patient.New(out, patience)
		write(t, w, "late\n", patient.ErrUnread, patience)
		began := time.Now()
		if err := w.Close(); !errors.Is(err, patient.ErrUnread) || time.Since(began) != patience {
			t.Errorf("%v after %s", err, time.Since(began))
		}
		if err := read.Close(); err != nil { // the write under way ends
			t.Error(err)
		}
	})
}

type full struct{}

func (full) Write(p []byte) (int, error) { return 3, syscall.ENOSPC }

// While somebody reads, a write ends as it does without the writer.
func TestErrorsAreThoseOfTheOutput(t *testing.T) {
	w := patient.New(full{}, time.Minute)
	if n, err := w.Write([]byte("line\n")); n != 3 || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%d, %v", n, err)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// What the caller does with its bytes afterwards does not change what is written.
func TestTheCallersBytesAreItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		read, out := io.Pipe()
		w := patient.New(out, patience)
		line := []byte("line\n")
		if _, err := w.Write(line); !errors.Is(err, patient.ErrUnread) {
			t.Error(err)
		}
		copy(line, "xxxx")
		got := make([]byte, len(line))
		if _, err := io.ReadFull(read, got); err != nil || string(got) != "line\n" {
			t.Errorf("%q, %v", got, err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
}
