package postgresdb_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/postgresdb"
)

// secret is in every address, and in nothing that is told.
const secret = "s3cr%2Ft"

func TestAnAddressLeavesNothingToBeGuessed(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       error
		warns      bool
	}{
		{"a socket", "postgres://u:" + secret + "@/db?host=/run/postgresql", nil, false},
		{"this machine", "postgres://u:" + secret + "@127.0.0.1:5433/db", nil, false},
		{"this machine by name, prefer", "postgresql://u:" + secret + "@localhost/db?sslmode=prefer", nil, false},
		{"this machine over IPv6", "postgres://u:" + secret + "@[::1]/db", nil, false},
		{"another, verified", "postgres://u:" + secret + "@db.internal/db?sslmode=verify-full", nil, false},
		{"another, the chain verified", "postgres://u:" + secret + "@db.internal/db?sslmode=verify-ca", nil, false},
		{"another, encrypted to whoever answers", "postgres://u:" + secret + "@db.internal/db?sslmode=require", nil, true},
		{"another, in the clear", "postgres://u:" + secret + "@10.0.0.1/db?sslmode=disable", nil, true},
		{"another, without a word", "postgres://u:" + secret + "@db.internal/db", postgresdb.ErrInsecure, false},
		{"another, prefer", "postgres://u:" + secret + "@db.internal/db?sslmode=prefer", postgresdb.ErrInsecure, false},
		{"another, allow", "postgres://u:" + secret + "@10.0.0.1/db?sslmode=allow", postgresdb.ErrInsecure, false},
		{"a mode that is none", "postgres://u:" + secret + "@127.0.0.1/db?sslmode=verify", postgresdb.ErrURL, false},
		{"a mode in two ways", "postgres://u:" + secret + "@db.internal/db?sslmode=verify-full&sslmode=disable", postgresdb.ErrURL, false},
		{"a host in two ways", "postgres://u:" + secret + "@db.internal/db?sslmode=verify-full&host=/tmp", postgresdb.ErrURL, false},
		{"a host among the parameters", "postgres://u:" + secret + "@/db?host=db.internal", postgresdb.ErrURL, false},
		{"a socket and another host", "postgres://u:" + secret + "@/db?host=/tmp,db.internal", postgresdb.ErrURL, false},
		{"an address among the parameters", "postgres://u:" + secret + "@127.0.0.1/db?hostaddr=10.0.0.1", postgresdb.ErrURL, false},
		{"another user among the parameters", "postgres://u:" + secret + "@127.0.0.1/db?user=v", postgresdb.ErrURL, false},
		{"a service", "postgres://u:" + secret + "@127.0.0.1/db?service=x", postgresdb.ErrURL, false},
		{"a setting of the session", "postgres://u:" + secret + "@127.0.0.1/db?search_path=public", postgresdb.ErrURL, false},
		{"two hosts", "postgres://u:" + secret + "@127.0.0.1,db.internal/db", postgresdb.ErrURL, false},
		{"no host", "postgres://u:" + secret + "@/db", postgresdb.ErrURL, false},
		{"no user", "postgres://127.0.0.1/db", postgresdb.ErrURL, false},
		{"no database", "postgres://u:" + secret + "@127.0.0.1/", postgresdb.ErrURL, false},
		{"a password that is cut", "postgres://u:" + secret + "#more@127.0.0.1/db", postgresdb.ErrURL, false},
		{"words", "host=127.0.0.1 password=" + secret, postgresdb.ErrURL, false},
		{"no URL", "postgres://u:" + secret + "@127.0.0.1:port/db", postgresdb.ErrURL, false},
		{"a root that is missing", "postgres://u:" + secret + "@127.0.0.1/db?sslmode=verify-full&sslrootcert=/nowhere", postgresdb.ErrURL, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := postgresdb.Parse(tt.text)
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil || (a.Warning != "") != tt.warns {
				t.Errorf("%v, warning %q, want %v", err, a.Warning, tt.want)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cr") || strings.Contains(a.Warning, "s3cr")) {
				t.Errorf("the password is told: %v %s", err, a.Warning)
			}
		})
	}
}

// What drivers of PostgreSQL read from the environment and from the home directory is
// not what the operator set here.
func TestTheEnvironmentChangesNoAddress(t *testing.T) {
	home := t.TempDir()
	for name, value := range map[string]string{
		"HOME": home, "PGSSLMODE": "disable", "PGSSLROOTCERT": "/nowhere", "PGSSLCERT": "/nowhere", "PGSSLKEY": "/nowhere",
		"PGPASSFILE": filepath.Join(home, "none"), "PGCONNECT_TIMEOUT": "nonsense", "PGTARGETSESSIONATTRS": "nonsense",
		"PGOPTIONS": "-c search_path=public", "PGCHANNELBINDING": "nonsense", "PGREQUIREAUTH": "nonsense", "PGPORT": "nonsense",
		"PGMINPROTOCOLVERSION": "nonsense", "PGSSLNEGOTIATION": "nonsense", "PGHOST": "db.internal", "PGDATABASE": "other", "PGUSER": "other",
	} {
		t.Setenv(name, value)
	}
	for _, text := range []string{"postgres://u@127.0.0.1/db", "postgres://u@db.internal/db?sslmode=verify-full", "postgres://u@/db?host=/tmp"} {
		if _, err := postgresdb.Parse(text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := postgresdb.Parse("postgres://u@db.internal/db"); !errors.Is(err, postgresdb.ErrInsecure) {
		t.Errorf("PGSSLMODE counts: %v", err)
	}
	t.Setenv("PGSERVICE", "other")
	if _, err := postgresdb.Parse("postgres://u@127.0.0.1/db"); !errors.Is(err, postgresdb.ErrURL) {
		t.Errorf("PGSERVICE counts: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"postgres://u:p@db.internal/db?sslmode=verify-full", "postgres://u@/db?host=/tmp", "postgres://u@h:1/db?sslmode=require&sslrootcert=system", "",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := postgresdb.Parse(text)
		switch {
		case err == nil && a == (postgresdb.Address{}):
			t.Error("nothing was parsed")
		case err != nil && !errors.Is(err, postgresdb.ErrURL) && !errors.Is(err, postgresdb.ErrInsecure):
			t.Error(err)
		}
	})
}
