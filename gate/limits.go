package gate

import (
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Limits bound what one request, and one caller, may cost.
type Limits struct {
	// TargetBytes is the longest request target. Default 4 KiB.
	TargetBytes int
	// BodyBytes is the largest body. Default 2 MiB.
	BodyBytes int64
	// BodyTime is how long a body may take to arrive. Default 30 s.
	BodyTime time.Duration
	// TokenBytes is the longest bearer token. Default 8 KiB.
	TokenBytes int
	// DIDBytes is the longest DID of a caller. Default 512, which is also the most.
	DIDBytes int
	// JSONDepth is the deepest nesting of a body. Default 64.
	JSONDepth int
	// InFlight is how many requests of one DID may run at once. Default 256.
	InFlight int
	// BodyBytesHeld is how many bytes of bodies the requests of one DID may
	// hold at once. Default 64 MiB, and never less than BodyBytes.
	BodyBytesHeld int64
	// Rate is how many requests per second one DID may send on average, with
	// Burst on top. Defaults 1000 and 2000.
	Rate  float64
	Burst int
}

// DefaultLimits returns the limits of an agent whose settings say nothing.
func DefaultLimits() Limits {
	return Limits{
		TargetBytes:   4 << 10,
		BodyBytes:     2 << 20,
		BodyBytesHeld: 64 << 20,
		BodyTime:      30 * time.Second,
		TokenBytes:    8 << 10,
		DIDBytes:      did.MaxLength,
		JSONDepth:     64,
		InFlight:      256,
		Rate:          1000,
		Burst:         2000,
	}
}

func (l Limits) withDefaults() Limits {
	d := DefaultLimits()
	orDefault(&l.TargetBytes, d.TargetBytes)
	orDefault(&l.BodyBytes, d.BodyBytes)
	orDefault(&l.BodyTime, d.BodyTime)
	orDefault(&l.TokenBytes, d.TokenBytes)
	orDefault(&l.DIDBytes, d.DIDBytes)
	orDefault(&l.JSONDepth, d.JSONDepth)
	orDefault(&l.InFlight, d.InFlight)
	orDefault(&l.BodyBytesHeld, d.BodyBytesHeld)
	l.BodyBytesHeld = max(l.BodyBytesHeld, l.BodyBytes)
	orDefault(&l.Rate, d.Rate)
	orDefault(&l.Burst, d.Burst)
	return l
}

func orDefault[T int | int64 | float64 | time.Duration](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}
