package gate

import "time"

// Limits bound what one request, and one caller, may cost. None may be zero:
// how much is the operator's to say, and package settings has the defaults.
type Limits struct {
	// TargetBytes is the longest request target.
	TargetBytes int
	// BodyBytes is the largest body.
	BodyBytes int64
	// BodyTime is how long a body may take to arrive.
	BodyTime time.Duration
	// TokenBytes is the longest bearer token.
	TokenBytes int
	// DIDBytes is the longest DID of a caller.
	DIDBytes int
	// JSONDepth is the deepest nesting of a body.
	JSONDepth int
	// InFlight is how many requests of one DID may run at once.
	InFlight int
	// BodyBytesHeld is how many bytes of bodies the requests of one DID may
	// hold at once, never less than BodyBytes.
	BodyBytesHeld int64
	// Rate is how many requests per second one DID may send on average, with
	// Burst on top.
	Rate  float64
	Burst int
}

// unsaid names the limits that nobody said.
func (l Limits) unsaid() (names []string) {
	for _, limit := range []struct {
		name string
		said bool
	}{
		{"TargetBytes", l.TargetBytes > 0}, {"BodyBytes", l.BodyBytes > 0}, {"BodyTime", l.BodyTime > 0}, {"TokenBytes", l.TokenBytes > 0},
		{"DIDBytes", l.DIDBytes > 0}, {"JSONDepth", l.JSONDepth > 0}, {"InFlight", l.InFlight > 0},
		{"BodyBytesHeld", l.BodyBytesHeld > 0}, {"Rate", l.Rate > 0}, {"Burst", l.Burst > 0},
	} {
		if !limit.said {
			names = append(names, limit.name)
		}
	}
	return names
}
