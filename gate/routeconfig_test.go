package gate_test

import (
	"maps"
	"testing"

	"github.com/getbindu/bindu-go/gate"
)

func TestRoutesThatNobodyCouldCallOrFindAreRefused(t *testing.T) {
	calls := map[string]string{"GET": "GetTask"}
	for name, change := range map[string]func(*gate.Config){
		"a method without permission": func(c *gate.Config) { c.Protected["/x"] = gate.Route{Calls: map[string]string{"GET": "Nothing"}} },
		"methods beside calls":        func(c *gate.Config) { c.Protected["/x"] = gate.Route{Calls: calls, Methods: []string{"GET"}} },
		"unbound calls":               func(c *gate.Config) { c.Protected["/x"] = gate.Route{Calls: calls, Unbound: true} },
		"public calls":                func(c *gate.Config) { c.Public["/x"] = gate.Route{Calls: calls} },
		"a pattern of a public path": func(c *gate.Config) {
			delete(c.Protected, "/bound")
			c.Protected["/{id}"] = gate.Route{Calls: calls}
		},
		"gRPC without a method": func(c *gate.Config) { c.Protected["/x"] = gate.Route{GRPC: true, Methods: []string{"POST"}} },
		"gRPC by GET":           func(c *gate.Config) { c.Protected["/x"] = gate.Route{GRPC: true, Calls: calls} },
		"gRPC by two methods": func(c *gate.Config) {
			c.Protected["/x"] = gate.Route{GRPC: true, Calls: map[string]string{"GET": "GetTask", "POST": "GetTask"}}
		},
		"gRPC of an older method": func(c *gate.Config) {
			c.Permissions["message/send"] = c.Permissions["SendMessage"]
			c.Protected["/x"] = gate.Route{GRPC: true, Calls: map[string]string{"POST": "message/send"}}
		},
		"two patterns of one path": func(c *gate.Config) {
			c.Protected["/x/{id}"], c.Protected["/x/{name}"] = gate.Route{Calls: calls}, gate.Route{Calls: calls}
		},
	} {
		var cfg gate.Config
		newBench(t, func(c *gate.Config) { cfg = *c })
		cfg.Public, cfg.Protected = maps.Clone(cfg.Public), maps.Clone(cfg.Protected)
		change(&cfg)
		if _, err := gate.New(gate.Whole(cfg)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// A route that is found by another spelling than its own would answer without proofs
// what it answers behind them, or the other way round.
func TestAPatternFitsNoPublicPath(t *testing.T) {
	for _, path := range []string{"/health", "/healthy"} {
		var cfg gate.Config
		newBench(t, func(c *gate.Config) { cfg = *c })
		cfg.Public = map[string]gate.Route{path: cfg.Public["/health"]}
		cfg.Protected = map[string]gate.Route{"/{name}": {Calls: map[string]string{"GET": "GetTask"}, Handler: cfg.Protected["/"].Handler}}
		if _, err := gate.New(gate.Whole(cfg)); err == nil {
			t.Errorf("%s is found in two ways", path)
		}
	}
}
