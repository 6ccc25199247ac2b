package task

import "testing"

func smallPool() *pool { return newPool(Limits{Active: 9, Workers: 4, Reserve: 1, Queue: 9}) }

func mustAdmit(t *testing.T, p *pool, owner string) *place {
	t.Helper()
	pl, err := p.admit(owner)
	if err != nil {
		t.Fatal(err)
	}
	return pl
}

// TestAWorkerOfARequestCounts as those of others do, until it is given back.
func TestAWorkerOfARequestCounts(t *testing.T) {
	t.Parallel()
	p := smallPool()
	var held []*worker
	for w := p.begin(mustAdmit(t, p, "a")); w != nil; w = p.begin(mustAdmit(t, p, "a")) {
		held = append(held, w)
	}
	if len(held) != 2 { // of four
		t.Fatalf("one owner got %d", len(held))
	}
	held[0].yield()
	again := p.begin(mustAdmit(t, p, "a"))
	if again == nil {
		t.Fatal("what was given back is not there")
	}
	if p.begin(mustAdmit(t, p, "a")) != nil {
		t.Error("it was given back twice")
	}
	held[0].end() // its place
	if p.begin(mustAdmit(t, p, "a")) != nil {
		t.Error("a worker came back with the place")
	}
	held[1].end()
	again.end()
	wantNobodyWorks(t, p, "a")
}

func wantNobodyWorks(t *testing.T, p *pool, owner string) {
	t.Helper()
	if p.running != 0 || p.line.Held(owner) != 0 {
		t.Errorf("%d are at work, %d of %s", p.running, p.line.Held(owner), owner)
	}
}

// TestARequestTakesNoWorkerFromWhoWaits: those who came before are served before.
func TestARequestTakesNoWorkerFromWhoWaits(t *testing.T) {
	t.Parallel()
	p := smallPool()
	first, second := p.begin(mustAdmit(t, p, "a")), p.begin(mustAdmit(t, p, "a"))
	ran, left := make(chan struct{}), make(chan struct{})
	p.run(mustAdmit(t, p, "a"), func(error) { close(ran) }, func() { close(left) })
	if p.begin(mustAdmit(t, p, "b")) != nil {
		t.Error("it did not wait")
	}
	first.end()
	<-ran
	second.end()
	<-left
	wantNobodyWorks(t, p, "a")
}
