// Package shared says what the settings mean that agents and the registrar have in
// common; package configs says the same of an agent's own. A function changes
// nothing and reads no file, no clock and no environment.
package shared

import (
	"time"

	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/getbindu/bindu-go/server"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// CA is how the CA is reached, and what is asked of it.
func CA(set settings.CertificateAuthority) stepca.Config {
	return stepca.Config{
		CAURL:       string(set.CAURL),
		RootURL:     string(set.CARootURL),
		Fingerprint: string(set.CAFingerprint),
		RootFile:    string(set.CARootFile),
		Audience:    string(set.OIDCAudience),
		HTTPTimeout: time.Duration(set.Timeout),
		TTL:         time.Duration(set.CertTTL),
	}
}

// Hydra is how Hydra is reached.
func Hydra(admin, public settings.URL, times settings.HydraTimes) hydra.Config {
	return hydra.Config{
		AdminURL:          string(admin),
		PublicURL:         string(public),
		AdminTimeout:      time.Duration(times.Timeout),
		IntrospectTimeout: time.Duration(times.IntrospectionTimeout),
	}
}

// Port is what connections of a port may hold, and for how long.
func Port(l settings.PortLimits) server.Config {
	return server.Config{
		Limits: server.Limits{
			Connections: int(l.Connections), ConnectionsPerPeer: int(l.ConnectionsPerPeer),
			HeaderBytes: int(l.HeaderBytes), Resets: int(l.ResetsPerConnection),
		},
		Timeouts: server.Timeouts{
			Header: time.Duration(l.HeaderTimeout), Body: time.Duration(l.BodyTimeout), Write: time.Duration(l.WriteTimeout),
			Idle: time.Duration(l.IdleTimeout), Age: time.Duration(l.ConnectionAge),
		},
	}
}
