package chaos

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// vitals are what a process holds.
type vitals struct{ files, goroutines int }

func (v vitals) String() string {
	return fmt.Sprintf("%d file descriptors, %d goroutines", v.files, v.goroutines)
}

func (p *process) vitals(t *testing.T) vitals {
	t.Helper()
	files, err := os.ReadDir(p.proc("fd"))
	if err != nil {
		t.Fatal(err)
	}
	return vitals{files: len(files), goroutines: int(p.metric(t, "go_goroutines"))}
}

// idle returns what the process holds once it holds no more than it has to: the
// connections of earlier callers are closed.
func (p *process) idle(t *testing.T) vitals {
	t.Helper()
	var last, now vitals
	same := 0
	p.until(t, func() (bool, string) {
		if last, now = now, p.vitals(t); now == last {
			same++
		} else {
			same = 0
		}
		return same == 5, fmt.Sprintf("now %s, before %s", now, last)
	})
	return now
}

func (p *process) proc(file string) string {
	return filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), file)
}

// metric returns the value of a metric without labels.
func (p *process) metric(t *testing.T, name string) float64 {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(get(t, p.admin+"/metrics")))
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			value, err := strconv.ParseFloat(text, 64)
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// untilBack waits until the process holds no more than ten above base.
func (p *process) untilBack(t *testing.T, base vitals) {
	t.Helper()
	p.until(t, func() (bool, string) {
		now := p.vitals(t)
		return now.files <= base.files+10 && now.goroutines <= base.goroutines+10, fmt.Sprintf("%s left, before the attack %s", now, base)
	})
}

// until polls the program until something holds.
func (p *process) until(t *testing.T, holds func() (ok bool, otherwise string)) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for {
		ok, otherwise := holds()
		if ok {
			return
		}
		select {
		case <-tick.C:
		case <-p.ended:
			t.Fatalf("the agent ended: %v\n%s", p.err, p.log.tail())
		case <-timeout:
			t.Fatalf("after %s: %s\n%s", patience, otherwise, p.log.tail())
		}
	}
}

// resident returns the bytes of memory that the process occupies.
func (p *process) resident() (int64, error) {
	status, err := os.ReadFile(p.proc("status"))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if fields := bytes.Fields(line); len(fields) == 3 && string(fields[0]) == "VmRSS:" {
			kib, err := strconv.ParseInt(string(fields[1]), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("no VmRSS in %s", status)
}

// watchResident notes how much memory the process occupies until the function
// it returns is called, which tells by how much that grew at most.
func (p *process) watchResident(t *testing.T) (grown func() int64) {
	t.Helper()
	base, err := p.resident()
	if err != nil {
		t.Fatal(err)
	}
	most, stop := base, make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			now, err := p.resident()
			if err != nil {
				return // it ended, which others notice
			}
			most = max(most, now)
			select {
			case <-tick.C:
			case <-stop:
				return
			}
		}
	})
	end := sync.OnceFunc(func() { close(stop); watching.Wait() })
	t.Cleanup(end)
	return func() int64 {
		end()
		return most - base
	}
}

// tail is the end of the log, of which load makes much.
func (j *journal) tail() string {
	text := j.String()
	return text[max(0, len(text)-4000):]
}
