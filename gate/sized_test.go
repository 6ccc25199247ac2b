package gate

import (
	"cmp"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Sized returns l with room in place of the limits that it does not say, for
// tests of something else.
func Sized(l Limits) Limits {
	l = Limits{
		TargetBytes:   cmp.Or(l.TargetBytes, 4<<10),
		BodyBytes:     cmp.Or(l.BodyBytes, 2<<20),
		BodyBytesHeld: cmp.Or(l.BodyBytesHeld, 64<<20),
		BodyTime:      cmp.Or(l.BodyTime, 30*time.Second),
		TokenBytes:    cmp.Or(l.TokenBytes, 8<<10),
		DIDBytes:      cmp.Or(l.DIDBytes, did.MaxLength),
		JSONDepth:     cmp.Or(l.JSONDepth, 64),
		InFlight:      cmp.Or(l.InFlight, 256),
		Rate:          cmp.Or(l.Rate, 1000),
		Burst:         cmp.Or(l.Burst, 2000),
	}
	return l
}

// Whole returns cfg with every proof demanded and with room, where it says
// nothing else.
func Whole(cfg Config) Config {
	cfg.Mode = cmp.Or(cfg.Mode, ModeHybrid)
	if cfg.TokenMode == "" {
		cfg.TokenMode = TokenStrict
		if cfg.Mode == ModeMTLS {
			cfg.TokenMode = TokenOptional
		}
	}
	cfg.Window = cmp.Or(cfg.Window, 300*time.Second)
	cfg.Limits = Sized(cfg.Limits)
	return cfg
}
