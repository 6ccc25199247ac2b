package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestPacedRequestsComeWhenTheyAreDue, not sooner, over all connections, and as many as
// are due.
func TestPacedRequestsComeWhenTheyAreDue(t *testing.T) {
	const perSecond, last = 500, 20
	var stop atomic.Bool
	var seen atomic.Int64
	handler := func(w http.ResponseWriter, r *http.Request) {
		if seen.Add(1) >= last {
			stop.Store(true)
		}
		_, _ = io.WriteString(w, "{}")
	}
	open := []*connection{serve(t, handler), serve(t, handler)}
	s := &stock{requests: [][]byte{encode(http.MethodPost, "agent", "/", nil, nil)}, again: true}
	began := time.Now()
	took, err := drivePaced(open, s, false, perSecond, &stop)
	elapsed := time.Since(began)
	if err != nil || len(took) != int(seen.Load()) || len(took) < last {
		t.Fatalf("%d durations of %d requests, %v", len(took), seen.Load(), err)
	}
	if least := time.Duration(len(took)) * time.Second / perSecond; elapsed < least {
		t.Errorf("%d requests in %s, want %s at least", len(took), elapsed, least)
	}
	for _, d := range took {
		if d <= 0 || d > elapsed {
			t.Errorf("a request took %s of %s", d, elapsed)
		}
	}
}

// TestAServerThatDoesNotKeepThePace is not measured.
func TestAServerThatDoesNotKeepThePace(t *testing.T) {
	b, err := newBeat(time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer b.stop()
	var stop atomic.Bool
	p := &pace{began: time.Now(), every: time.Millisecond, due: make(chan time.Time, 3)}
	if err := p.run(b, &stop); !errors.Is(err, errBehind) {
		t.Errorf("%v, want errBehind", err)
	}
	if due, ok := <-p.due; !ok || due != p.began.Add(p.every) {
		t.Errorf("the first is due %s after the beginning, want %s", due.Sub(p.began), p.every)
	}
}

func TestAPacedRunEndsAtARefusal(t *testing.T) {
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) })
	s := &stock{requests: [][]byte{encode(http.MethodPost, "agent", "/", nil, nil)}, again: true}
	var stop atomic.Bool
	if _, err := drivePaced([]*connection{c}, s, false, 1000, &stop); !errors.Is(err, errAnswer) || !stop.Load() {
		t.Errorf("%v, stopped %t; want errAnswer", err, stop.Load())
	}
}

func TestAPacedRunEndsWithWhatWasSigned(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) {})
	s := &stock{requests: [][]byte{encode(http.MethodPost, "agent", "/", nil, nil)}}
	var stop atomic.Bool
	if took, err := drivePaced([]*connection{c}, s, false, 1000, &stop); err == nil || len(took) != 1 || !stop.Load() {
		t.Errorf("%d answered, %v, stopped %t; want an error after one", len(took), err, stop.Load())
	}
}

// TestThePaceIsPartOfWhatIsReported, in the table, in JSON and for benchstat.
func TestThePaceIsPartOfWhatIsReported(t *testing.T) {
	samples := found()
	for i := range samples {
		samples[i].Paced = 2000
	}
	r := report{Pace: pacing{2000, 500}, Paced: summarize(samples, toFloor)}
	var out strings.Builder
	if err := r.text(&out); err != nil || !strings.Contains(out.String(), "Requests at 2000 per second, and at 500 those that store a task, to both servers alike") || !strings.Contains(out.String(), "5.50") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if text, err := json.Marshal(r); err != nil || !strings.Contains(string(text), `"Pace":{"All":2000,"Stored":500},"Paced":[`) {
		t.Errorf("%v: %s", err, text)
	}
	out.Reset()
	if err := benchstat(&out, machine{}, samples[1:2]); err != nil || !strings.Contains(out.String(), "BenchmarkAgent/gates-octets-1/connections=16/body=1024/pace=2000 100 ") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// TestWhatIsPaced: the middle body, not a single connection, and what stores at a pace
// of its own beside a bare server at the same.
func TestWhatIsPaced(t *testing.T) {
	o, err := parse(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, g := range o.pacedGroups(slots(target{Name: bareServer}, target{Name: "agent"}, o.rows)) {
		var rows []string
		for _, s := range g.Slots {
			rows = append(rows, s.row.Key)
		}
		got = append(got, g.String()+": "+strings.Join(rows, " "))
	}
	quick := []string{bare.Key, unread.Key}
	for _, r := range o.rows {
		if r.Key != durable.Key {
			quick = append(quick, r.Key)
		}
	}
	all, stored := " per second: "+strings.Join(quick, " "), " per second: "+bare.Key+" "+durable.Key
	want := []string{
		"16 connections, bodies of 1 KB, 2000 requests" + all, "16 connections, bodies of 1 KB, 500 requests" + stored,
		"64 connections, bodies of 1 KB, 2000 requests" + all, "64 connections, bodies of 1 KB, 500 requests" + stored,
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
