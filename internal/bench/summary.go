package main

// line is what all rounds found of one server under one kind of work.
type line struct {
	Target, Row       string
	Connections, Body int
	Paced             int `json:",omitempty"` // requests per second that were due
	Rounds, Requests  int
	PerSecond         figure // requests
	P50, P99          figure // seconds
	CPU               figure // of the server per request, in seconds
	// Times is CPU divided by that of what it is compared with in the same round;
	// 0 where there is nothing to compare it with.
	Times figure
}

// place is where a sample belongs.
type place struct {
	target, row       string
	connections, body int
	paced             int
}

func (s sample) place() place { return place{s.Target, s.Row, s.Connections, s.Body, s.Paced} }

// summarize makes a line of the samples of each place, in the order in which
// places come first. against names the server and the row that a sample's are
// compared with, under the same load; itself for nothing.
func summarize(samples []sample, against func(sample) (target, row string)) []line {
	var order []place
	rounds := map[place]map[int]sample{}
	for _, s := range samples {
		p := s.place()
		if rounds[p] == nil {
			rounds[p] = map[int]sample{}
			order = append(order, p)
		}
		rounds[p][s.Round] = s
	}
	lines := make([]line, 0, len(order))
	for _, p := range order {
		lines = append(lines, lineOf(p, rounds[p], func(s sample) (sample, bool) {
			other := p
			other.target, other.row = against(s)
			base, ok := rounds[other][s.Round]
			return base, ok && other != p && base.CPU > 0
		}))
	}
	return lines
}

func lineOf(p place, rounds map[int]sample, base func(sample) (sample, bool)) line {
	l := line{Target: p.target, Row: p.row, Connections: p.connections, Body: p.body, Paced: p.paced, Rounds: len(rounds)}
	var perSecond, p50, p99, cpu, times []float64
	for _, s := range rounds {
		l.Requests += s.Requests
		perSecond, p50, p99, cpu = append(perSecond, s.perSecond()), append(p50, s.P50), append(p99, s.P99), append(cpu, s.CPU)
		if b, ok := base(s); ok {
			times = append(times, s.CPU/b.CPU)
		}
	}
	l.PerSecond, l.P50, l.P99, l.CPU, l.Times = figureOf(perSecond), figureOf(p50), figureOf(p99), figureOf(cpu), figureOf(times)
	return l
}

// toFloor compares each row with what the bare server needs for its like.
func toFloor(s sample) (target, key string) {
	if r, _ := rowOf(s.Row); r.Handshake {
		return bareServer, s.Row
	}
	return bareServer, bare.Key
}

// to compares each row with the same row of another agent.
func to(name string) func(sample) (string, string) {
	return func(s sample) (string, string) { return name, s.Row }
}
