package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestTheLogStaysOpenUnread: requests are served on while the log's reader stands
// still, what is lost is counted, lines come again when it reads on, and a stop
// waits for it no more than a request does.
func TestTheLogStaysOpenUnread(t *testing.T) {
	s := startServe(t)
	s.until(t, "serving")
	log := s.log.(*os.File)
	small(t, log)
	losing := func() bool {
		_, body := ask(t, http.MethodGet, s.admin+"/readyz")
		return strings.Contains(body, `"audit_failing"`)
	}
	refuseUntil := func(lost bool) {
		t.Helper()
		for losing() != lost { // 20 a second are logged; startServe's limit ends what takes for ever
			if status, body := ask(t, http.MethodPost, s.url); status != http.StatusUnauthorized {
				t.Fatalf("%d %s", status, body)
			}
		}
	}
	refuseUntil(true)
	var read bytes.Buffer
	for losing() {
		drain(t, log, &read)
		ask(t, http.MethodPost, s.url)
	}
	drain(t, log, &read)
	if !strings.Contains(read.String(), "audit sink works again") {
		t.Errorf("the log says nothing of it: %s", &read)
	}
	refuseUntil(true)
	if err := s.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.Wait(); err != nil {
		t.Errorf("the agent ends with %v", err)
	}
}

// small makes the pipe of a log hold little.
func small(t *testing.T, log *os.File) {
	t.Helper()
	raw, err := log.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var cannot error
	err = raw.Control(func(fd uintptr) { _, cannot = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 4096) })
	if err = errors.Join(err, cannot); err != nil {
		t.Skip("the pipe of the log cannot be made small here: ", err)
	}
}

// drain reads what is in the pipe of a log.
func drain(t *testing.T, log *os.File, to *bytes.Buffer) {
	t.Helper()
	err := log.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	if _, copied := io.Copy(to, log); err != nil || !errors.Is(copied, os.ErrDeadlineExceeded) {
		t.Fatal(err, copied)
	}
}
