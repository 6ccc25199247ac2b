package hydra

import (
	"encoding/json"
	"testing"
	"time"
)

func TestConfiguration(t *testing.T) {
	data, err := configuration("/state/hydra.sqlite", "127.0.0.1:4444", "127.0.0.1:4445", "the secret", 90*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var got document
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if want := "sqlite:///state/hydra.sqlite?_fk=true&_busy_timeout=200&_journal_mode=WAL"; got.DSN != want {
		t.Errorf("dsn %q, want %q", got.DSN, want)
	}
	if want := "http://127.0.0.1:4444"; got.URLs.Self.Issuer != want {
		t.Errorf("issuer %q, want %q", got.URLs.Self.Issuer, want)
	}
	if want := (listen{Host: "127.0.0.1", Port: 4445}); got.Serve["admin"] != want {
		t.Errorf("admin at %+v, want %+v", got.Serve["admin"], want)
	}
	if got.TTL.AccessToken != "1m30s" || len(got.Secrets.System) != 1 || !got.SQA.OptOut {
		t.Errorf("token ttl %q, %d secrets, telemetry off %t", got.TTL.AccessToken, len(got.Secrets.System), got.SQA.OptOut)
	}
}

func TestConfigurationRefusesAddressesWithoutPort(t *testing.T) {
	for _, bad := range [][2]string{{"127.0.0.1", "127.0.0.1:1"}, {"127.0.0.1:1", "127.0.0.1:x"}} {
		if _, err := configuration("db", bad[0], bad[1], "s", time.Hour); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}
