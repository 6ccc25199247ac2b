package main

import "time"

// bareServer is what the yardstick is called in tables.
const bareServer = "bare"

// target is a server to measure.
type target struct {
	Name string // in the table
	URL  string
	DID  string // whose certificate it presents
	PID  int
	Bare bool // it looks at neither token nor signature
}

// The kinds of order.
const (
	orderRun   = "run"   // send one kind of request for a while
	orderIdle  = "idle"  // open connections and keep them
	orderDrop  = "drop"  // close those
	orderVisit = "visit" // send small requests on one connection

	orderDirect = "direct" // send messages to a plain agent, one after the other

	orderFollow = "follow" // begin a task and read it on so many streams
	orderEnd    = "end"    // end that, and say how long it took until all knew
	orderFirsts = "firsts" // stream so many messages, and say how old their first output was
)

// order is what the load generator reads, a JSON object a line.
type order struct {
	Kind        string
	Target      target
	Row         string // key
	Connections int
	Body        int           // bytes
	PerSecond   int           // requests that are sent whatever is answered; 0: each as soon as one is answered
	Duration    time.Duration // of a run
	Count       int           // of a visit's requests, of streams, or of messages
}

// answer is what it answers, a line for each order, and one before the first,
// once it has a certificate.
type answer struct {
	Sample sample
	Error  string `json:",omitempty"`
}

// sample is what one run found.
type sample struct {
	Target      string
	Row         string // key
	Connections int
	Body        int // bytes
	Paced       int `json:",omitempty"` // requests per second that were due
	Round       int
	Requests    int
	Seconds     float64
	CPU         float64 // of the server per request, in seconds
	P50, P99    float64 // seconds
}

// perSecond is the throughput.
func (s sample) perSecond() float64 { return float64(s.Requests) / s.Seconds }
