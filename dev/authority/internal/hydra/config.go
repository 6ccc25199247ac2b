package hydra

import (
	"encoding/json"
	"net"
	"strconv"
	"time"
)

// document is the part of Hydra's configuration file that we set; its schema is Hydra's.
type document struct {
	DSN        string            `json:"dsn"`
	URLs       urls              `json:"urls"`
	Serve      map[string]listen `json:"serve"`
	Secrets    secrets           `json:"secrets"`
	Strategies strategies        `json:"strategies"`
	TTL        ttl               `json:"ttl"`
	Log        logging           `json:"log"`
	SQA        sqa               `json:"sqa"`
}

type urls struct {
	Self self `json:"self"`
}

type self struct {
	Issuer string `json:"issuer"`
}

type listen struct {
	Host string `json:"host"`
	Port int    `json:"port"`
}

type secrets struct {
	System []string `json:"system"`
}

type strategies struct {
	AccessToken string `json:"access_token"`
}

type ttl struct {
	AccessToken string `json:"access_token"`
}

type logging struct {
	Level string `json:"level"`
}

// sqa is Hydra's telemetry, which a machine without network would only wait for.
type sqa struct {
	OptOut bool `json:"opt_out"`
}

// configuration renders the file. Access tokens are JWTs unless a client asks for others: agents of the Python
// reference register without access_token_strategy, and step-ca takes only a JWT from them.
func configuration(database, public, admin, secret string, tokenTTL time.Duration) ([]byte, error) {
	publicAt, err := parseListen(public)
	if err != nil {
		return nil, err
	}
	adminAt, err := parseListen(admin)
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(document{
		// On SQLite Hydra can wait for itself: one request holds the lock of the database in a transaction and needs
		// its library's mutex, another holds the mutex and waits for the database. Only the busy timeout ends that,
		// so it is short; with a write-ahead log nothing honest waits that long.
		DSN:        "sqlite://" + database + "?_fk=true&_busy_timeout=200&_journal_mode=WAL",
		URLs:       urls{Self: self{Issuer: "http://" + public}},
		Serve:      map[string]listen{"public": publicAt, "admin": adminAt},
		Secrets:    secrets{System: []string{secret}},
		Strategies: strategies{AccessToken: "jwt"},
		TTL:        ttl{AccessToken: tokenTTL.String()},
		Log:        logging{Level: "warn"},
		SQA:        sqa{OptOut: true},
	}, "", "  ")
}

func parseListen(address string) (listen, error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return listen{}, err
	}
	port, err := strconv.Atoi(text)
	return listen{Host: host, Port: port}, err
}
