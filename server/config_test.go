package server

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// A limit that nobody gave is no limit that somebody chose.
func TestWhatHasNoDefaultIsDemanded(t *testing.T) {
	secure := func(c *Config) {
		c.TLS = func(ln net.Listener) net.Listener { return ln }
		c.Limits.Resets = 1
	}
	for want, forget := range map[string]func(*Config){
		"a listener and a handler":  func(c *Config) { c.Listener = nil },
		"and a handler":             func(c *Config) { c.Handler = nil },
		"Limits.Connections ":       func(c *Config) { c.Limits.Connections = 0 },
		"Limits.ConnectionsPerPeer": func(c *Config) { c.Limits.ConnectionsPerPeer = -1 },
		"Limits.HeaderBytes":        func(c *Config) { c.Limits.HeaderBytes = 0 },
		"Limits.Resets":             func(c *Config) { secure(c); c.Limits.Resets = 0 },
		"Timeouts.Header":           func(c *Config) { c.Timeouts.Header = 0 },
		"Timeouts.Body":             func(c *Config) { c.Timeouts.Body = 0 },
		"Timeouts.Write":            func(c *Config) { c.Timeouts.Write = 0 },
		"Timeouts.Idle":             func(c *Config) { c.Timeouts.Idle = 0 },
	} {
		t.Run(want, func(t *testing.T) {
			c := plain(t, func(http.ResponseWriter, *http.Request) {})
			if err := c.check(); err != nil {
				t.Fatalf("the whole: %v", err)
			}
			forget(&c)
			s, err := Start(c)
			if err == nil {
				_ = s.Shutdown(t.Context())
			}
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("without it: %v", err)
			}
		})
	}
	c := plain(t, func(http.ResponseWriter, *http.Request) {})
	if secure(&c); c.check() != nil {
		t.Errorf("with TLS: %v", c.check())
	}
}
