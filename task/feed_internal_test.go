package task

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a2aproject/a2a-go/v2/a2a"
)

// TestAReaderThatDoesNotReadDelaysNobody wakes a thousand readers ten thousand
// times; none has read, and each finds that something happened once.
func TestAReaderThatDoesNotReadDelaysNobody(t *testing.T) {
	t.Parallel()
	f, k := newFeed(paceOf(Config{})), key{"alice", "task"}
	var readers []*reader
	for range 1000 {
		readers = append(readers, f.follow(k))
	}
	other := f.follow(key{"bob", "task"})
	for range 10_000 {
		f.wake(k)
	}
	for _, r := range readers {
		if !r.woken() || r.woken() {
			t.Fatal("a reader is not woken once")
		}
		r.close()
	}
	if other.woken() {
		t.Error("another's reader was woken")
	}
	other.close()
	if len(f.topics) != 0 {
		t.Errorf("the feed keeps %v", f.topics)
	}
}

// TestAReaderIsWokenByWhatComesAfterItBegan, once for all that happened.
func TestAReaderIsWokenByWhatComesAfterItBegan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, k := newFeed(paceOf(Config{})), key{"alice", "task"}
		f.publish(k, outcome{run: "r1"}) // nobody reads: nothing is kept
		first, second := f.follow(k), f.follow(k)
		defer first.close()
		defer second.close()
		if _, ended := first.outcome("r1"); ended {
			t.Error("a run from before is known")
		}
		f.wakeOthers(first, false)
		if !second.woken() {
			t.Error("the other reader sleeps on")
		}
		first.woken()
		var woken sync.WaitGroup
		for _, r := range []*reader{first, second} {
			woken.Go(func() {
				if start := time.Now(); !r.wait(t.Context()) || time.Since(start) != time.Second {
					t.Errorf("woken after %s", time.Since(start))
				}
			})
		}
		time.Sleep(time.Second)
		f.publish(k, outcome{run: "r2", task: &a2a.Task{ID: "task"}})
		woken.Wait()
		if left, ended := first.outcome("r2"); !ended || left.ID != "task" {
			t.Errorf("the run left %v, %t", left, ended)
		}
		if start := time.Now(); !first.wait(t.Context()) || time.Since(start) != paceOf(Config{}).read {
			t.Error("what another process appends is not looked for")
		}
		f.wakeOwner("alice")
		if !first.woken() || !second.woken() {
			t.Error("a reader of the owner sleeps on")
		}
	})
}

// TestAReaderAloneIsNotWokenForItself saves each task a read.
func TestAReaderAloneIsNotWokenForItself(t *testing.T) {
	t.Parallel()
	f := newFeed(paceOf(Config{}))
	r := f.follow(key{"alice", "task"})
	defer r.close()
	if f.wakeOthers(r, false); r.woken() {
		t.Error("it was woken")
	}
}
