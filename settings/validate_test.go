package settings_test

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getbindu/bindu-go/settings"
)

// made are settings that a program makes and with which an agent starts.
func made() settings.Settings {
	s := settings.Default()
	s.Agent.Name, s.Agent.Author = "poet", "you@example.com"
	s.Agent.URL = "https://poet.internal:3773"
	s.Hydra.AdminURL, s.Hydra.PublicURL = "https://hydra-admin.internal", "https://hydra.internal"
	s.MTLS.CAURL, s.MTLS.CAFingerprint = "https://ca.internal:9000", fingerprint
	return s
}

func TestSettingsMadeInGoAreThoseOfTheEnvironment(t *testing.T) {
	s := made()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	loaded := mustLoad(t, complete()...)
	a, b := s.Describe(), loaded.Describe()
	for i := range a {
		if a[i].Value != b[i].Value {
			t.Errorf("%s is %q, loaded %q", a[i].Name, a[i].Value, b[i].Value)
		}
		from := map[settings.Source]settings.Source{settings.SourceProgram: settings.SourceEnvironment}[a[i].Source]
		if from == "" {
			from = a[i].Source
		}
		if from != b[i].Source {
			t.Errorf("%s comes from %s, loaded from %s", a[i].Name, a[i].Source, b[i].Source)
		}
	}
	if !reflect.DeepEqual(s.Warnings(), loaded.Warnings()) {
		t.Errorf("warnings %q, loaded %q", s.Warnings(), loaded.Warnings())
	}
}

func TestValidateFindsEveryFault(t *testing.T) {
	s := made()
	s.Agent.Name = "café"
	s.Hydra.AdminURL = "hydra:4445"
	s.Task.Workers = 0
	s.Task.Deadline = settings.Duration(-time.Second)
	s.Limits.HeaderBytes = 1
	s.Limits.RatePerDID = 0
	s.Auth.Algorithms = settings.Algorithms{"RS256", "none"}
	s.Auth.ClientClaims = nil
	s.Auth.Enabled = false
	s.Network.Host = ""
	s.MTLS.Mode = "hybird"
	s.MTLS.CARootFile = "/root.pem"
	s.Auth.ClientSecret = settings.NewSecret("hunter2-swordfish")
	before := s
	err := s.Validate()
	invalid, ok := errors.AsType[*settings.Error](err)
	if !ok {
		t.Fatalf("error: %v", err)
	}
	var found []string
	for _, f := range invalid.Faults {
		found = append(found, f.Variable)
	}
	want := []string{
		"AGENT__NAME", "NETWORK__HOST", "HYDRA__ADMIN_URL", "AUTH__ENABLED", "AUTH__ALGORITHMS", "AUTH__CLIENT_CLAIMS", "AUTH__CLIENT_SECRET",
		"MTLS__MODE", "MTLS__CA_ROOT_FILE", "LIMITS__HEADER_BYTES", "LIMITS__RATE_PER_DID", "TASK__DEADLINE", "TASK__WORKERS",
	}
	if !slices.Equal(found, want) {
		t.Errorf("faults of %v, want %v", found, want)
	}
	if strings.Contains(err.Error(), "swordfish") {
		t.Error("a secret is repeated")
	}
	if !reflect.DeepEqual(s, before) {
		t.Error("settings that are wrong were changed")
	}
	if err := new(settings.Settings).Validate(); err == nil {
		t.Error("zero settings are right")
	}
}

func TestValidateBringsValuesIntoTheirNormalForm(t *testing.T) {
	s := made()
	s.Hydra.AdminURL = "https://hydra-admin.internal/admin/"
	s.MTLS.CAFingerprint = settings.Fingerprints(strings.ToUpper(fingerprint))
	s.Hydra.CacheTTL = settings.Duration(time.Minute)
	for range 2 { // what is valid stays valid, and stays the same
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		if s.Hydra.AdminURL != "https://hydra-admin.internal" || s.MTLS.CAFingerprint != fingerprint || s.Hydra.CacheTTL != settings.Duration(5*time.Second) {
			t.Errorf("%+v", s.Hydra)
		}
		if s.MTLS.CARootURL != "https://ca.internal:9000/roots.pem" || s.MTLS.RenewBefore != settings.Duration(8*time.Hour) || s.Auth.TokenMode != settings.TokenStrict {
			t.Errorf("derived: %+v", s.MTLS)
		}
	}
}

// TestBareNamesChangeNothing: with a prefix, envconfig would read a member's
// own name where the whole one is not set.
func TestBareNamesChangeNothing(t *testing.T) {
	want := mustLoad(t, complete()...)
	var environ []string
	for _, row := range want.Describe() {
		_, bare, _ := strings.Cut(row.Name, "__")
		for _, name := range []string{bare, strings.ReplaceAll(bare, "_", ""), strings.ToUpper(row.Section) + "_" + row.Name} {
			t.Setenv(name, row.Example)
			environ = append(environ, name+"="+row.Example)
		}
	}
	for _, row := range complete() {
		name, value, _ := strings.Cut(row, "=")
		t.Setenv(name, value)
	}
	for what, o := range map[string]settings.Options{
		"given": {Environ: complete(environ...), SkipDotEnv: true}, "of the process": {SkipDotEnv: true},
	} {
		got, err := settings.Load(o)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if !reflect.DeepEqual(got.Describe(), want.Describe()) {
			t.Errorf("%s: bare names have an effect", what)
		}
	}
}

// TestLoadsInParallelDoNotMix, and leave the environment as it was, faults or not.
func TestLoadsInParallelDoNotMix(t *testing.T) {
	t.Setenv("NETWORK__PORT", "1")
	t.Setenv("TASK__WORKERS", "")
	before := os.Environ()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 5 {
				port := 1000 + 10*i + n
				s, err := settings.Load(settings.Options{Environ: complete(fmt.Sprintf("NETWORK__PORT=%d", port)), SkipDotEnv: true})
				if err != nil || int(s.Network.Port) != port {
					t.Errorf("port %d became %d: %v", port, s.Network.Port, err)
				}
				if _, err := settings.Load(settings.Options{Environ: complete("NETWORK__PORT=x", "TASK__WORKERS=0"), SkipDotEnv: true}); err == nil {
					t.Error("faulty settings load")
				}
				if settings.Default().Network.Port != 3773 {
					t.Error("a default is not the default")
				}
			}
		})
	}
	wg.Wait()
	if !slices.Equal(before, os.Environ()) {
		t.Error("the process environment changed")
	}
	if value, set := os.LookupEnv("TASK__WORKERS"); value != "" || !set {
		t.Error("a variable that was set to nothing is not set any more")
	}
}

func ExampleSettings_Validate() {
	s := settings.Default()
	s.Agent.Name, s.Agent.Author = "poet", "you@example.com"
	s.MTLS.Enabled = false
	s.Hydra.AdminURL, s.Hydra.PublicURL = "http://127.0.0.1:4445", "http//127.0.0.1:4444"
	fmt.Println(s.Validate())
	s.Hydra.PublicURL = "http://127.0.0.1:4444"
	fmt.Println(s.Validate(), s.Agent.URL)
	// Output:
	// invalid settings, 1 in all:
	//   HYDRA__PUBLIC_URL=http//127.0.0.1:4444: must be a URL such as https://host:port (for example HYDRA__PUBLIC_URL=https://hydra.internal)
	// <nil> http://127.0.0.1:3773
}
