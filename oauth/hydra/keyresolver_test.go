package hydra_test

import (
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/hydratest"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/hydra"
	"github.com/mr-tron/base58"
)

func registerKey(s *hydratest.Server, key string) {
	s.Register(callerDID, "", hydratest.Document{"metadata": json.RawMessage(`{"public_key":` + key + `}`)})
}

func quoted(key ed25519.PublicKey) string { return `"` + did.EncodePublicKey(key) + `"` }

func keyResolver(t *testing.T, w *world, o hydra.KeyResolverOptions) *hydra.KeyResolver {
	t.Helper()
	r := hydra.NewKeyResolver(w.config(), o)
	t.Cleanup(r.Close)
	return r
}

func TestRegisteredKeysThatAreNone(t *testing.T) {
	weak := make([]byte, 32)
	weak[0] = 1 // y=1, of order 1
	short := make([]byte, 31)
	for _, row := range []struct {
		name, key string
		want      error
	}{
		{"empty", `""`, hydra.ErrKeyUnavailable},
		{"null", `null`, hydra.ErrKeyUnavailable},
		{"number", `7`, hydra.ErrKeyUnavailable},
		{"object", `{"kty":"OKP"}`, hydra.ErrKeyUnavailable},
		{"31 bytes", `"` + base58.Encode(short) + `"`, hydra.ErrKeyUnavailable},
		{"33 bytes", `"` + base58.Encode(make([]byte, 33)) + `"`, hydra.ErrKeyUnavailable},
		{"not base58", `"` + strings.Repeat("0", 44) + `"`, hydra.ErrKeyUnavailable},
		{"400 kB", `"` + strings.Repeat("z", 400_000) + `"`, hydra.ErrKeyUnavailable},
		{"two keys", quoted(newKey(t)) + `,"public_key":` + quoted(newKey(t)), oauth.ErrInvalidResponse},
		{"small order", `"` + base58.Encode(weak) + `"`, did.ErrWeakKey},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			registerKey(s, row.key)
			r := keyResolver(t, w, hydra.KeyResolverOptions{})
			if _, err := r.PublicKey(t.Context(), parseDID(t, callerDID)); !errors.Is(err, row.want) {
				t.Errorf("%v, want %v", err, row.want)
			}
		})
	}
}

func TestKeyOfAClientWithOddMetadata(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	for _, metadata := range []string{`{}`, `[]`, `"public_key"`, `{"Public_Key":"x"}`} {
		s.Register(callerDID, "", hydratest.Document{"metadata": json.RawMessage(metadata)})
		if _, err := keyResolver(t, w, hydra.KeyResolverOptions{}).PublicKey(t.Context(), parseDID(t, callerDID)); !errors.Is(err, hydra.ErrKeyUnavailable) {
			t.Errorf("%s: %v, want ErrKeyUnavailable", metadata, err)
		}
	}
}

// TestKeyBesideOddMetadata: what else a client's metadata hold does not matter.
func TestKeyBesideOddMetadata(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	key := newKey(t)
	for _, odd := range []string{`1e400`, `-1e-400`, `[9007199254740993]`, `{"public_key":1}`, `null`, strings.Repeat("[", 500) + strings.Repeat("]", 500)} {
		registerKey(s, quoted(key)+`,"odd":`+odd)
		got, err := keyResolver(t, w, hydra.KeyResolverOptions{}).PublicKey(t.Context(), parseDID(t, callerDID))
		if err != nil || !got.Equal(key) {
			t.Errorf("beside %.20s: %v", odd, err)
		}
	}
}

func TestKeyInUseNeverWaitsAndChangesInTime(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		d, first, second := parseDID(t, callerDID), newKey(t), newKey(t)
		registerKey(s, quoted(first))
		r := keyResolver(t, w, hydra.KeyResolverOptions{})
		lookup := func() ed25519.PublicKey {
			key, err := r.PublicKey(t.Context(), d)
			if err != nil {
				t.Fatal(err)
			}
			return key
		}
		if !lookup().Equal(first) {
			t.Error("another key")
		}
		s.Fail(hydratest.Clients, hydratest.Fault{Latency: 5 * time.Second})
		registerKey(s, quoted(second))
		changed := time.Now()
		for {
			time.Sleep(100 * time.Millisecond)
			began := time.Now()
			key := lookup()
			if time.Since(began) != 0 {
				t.Fatal("waited for a key that is in use")
			}
			if key.Equal(second) {
				break
			}
			if time.Since(changed) > hydra.DefaultKeyAge {
				t.Fatal("the old key for too long")
			}
		}
		s.Heal(hydratest.Clients)
		s.DeleteClient(callerDID)
		time.Sleep(hydra.DefaultKeyAge)
		if _, err := r.PublicKey(t.Context(), d); !errors.Is(err, hydra.ErrKeyUnavailable) {
			t.Errorf("deleted: %v, want ErrKeyUnavailable", err)
		}
	})
}

func TestKeyAgeIsBounded(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		registerKey(s, quoted(newKey(t)))
		r := keyResolver(t, w, hydra.KeyResolverOptions{MaxAge: time.Hour})
		if _, err := r.PublicKey(t.Context(), parseDID(t, callerDID)); err != nil {
			t.Fatal(err)
		}
		s.DeleteClient(callerDID)
		time.Sleep(hydra.MaxKeyAge)
		if _, err := r.PublicKey(t.Context(), parseDID(t, callerDID)); !errors.Is(err, hydra.ErrKeyUnavailable) {
			t.Errorf("%v, want ErrKeyUnavailable", err)
		}
	})
}

func TestAbsentKeysAreNotRemembered(t *testing.T) {
	w, s := fakeWorld(t, hydratest.Options{})
	r := keyResolver(t, w, hydra.KeyResolverOptions{})
	d := parseDID(t, callerDID)
	if _, err := r.PublicKey(t.Context(), d); !errors.Is(err, hydra.ErrKeyUnavailable) {
		t.Fatal(err)
	}
	registerKey(s, quoted(newKey(t)))
	if _, err := r.PublicKey(t.Context(), d); err != nil {
		t.Errorf("registered by now: %v", err)
	}
}

func TestConcurrentKeyLookupsCollapse(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		registerKey(s, quoted(newKey(t)))
		r := keyResolver(t, w, hydra.KeyResolverOptions{})
		s.Fail(hydratest.Clients, hydratest.Fault{Latency: time.Second})
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				if _, err := r.PublicKey(t.Context(), parseDID(t, callerDID)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := s.Requests(hydratest.Clients); n != 1 {
			t.Errorf("%d requests for 100 lookups, want 1", n)
		}
	})
}

func TestPinnedKeys(t *testing.T) {
	d, pinned := parseDID(t, callerDID), newKey(t)
	for _, row := range []struct {
		name    string
		prepare func(*hydratest.Server)
		want    error
	}{
		{"same key registered", func(s *hydratest.Server) { registerKey(s, quoted(pinned)) }, nil},
		{"no key registered", func(s *hydratest.Server) { registerKey(s, `""`) }, nil},
		{"malformed key registered", func(s *hydratest.Server) { registerKey(s, `"x"`) }, nil},
		{"another key registered", func(s *hydratest.Server) { registerKey(s, quoted(newKey(t))) }, hydra.ErrKeyChanged},
		{"client deleted", func(*hydratest.Server) {}, hydra.ErrKeyUnavailable},
		{"Hydra down", func(s *hydratest.Server) { s.Fail(hydratest.Clients, hydratest.Fault{Status: 503}) }, oauth.ErrUnavailable},
	} {
		t.Run(row.name, func(t *testing.T) {
			w, s := fakeWorld(t, hydratest.Options{})
			row.prepare(s)
			r := keyResolver(t, w, hydra.KeyResolverOptions{Pinned: map[did.DID]ed25519.PublicKey{d: pinned}})
			key, err := r.PublicKey(t.Context(), d)
			if !errors.Is(err, row.want) || err == nil && !key.Equal(pinned) {
				t.Errorf("%x %v, want %v", key, err, row.want)
			}
		})
	}
}

func TestKeyLookupWhileHydraFails(t *testing.T) {
	for want, fault := range map[error]hydratest.Fault{
		oauth.ErrUnavailable:     {Status: 500},
		oauth.ErrInvalidResponse: {Status: 200, Body: `{"client_id":"` + callerDID + `","metadata":{},"metadata":{}}`},
	} {
		w, s := fakeWorld(t, hydratest.Options{}) // a document that is no key is remembered for a second
		r := keyResolver(t, w, hydra.KeyResolverOptions{})
		s.Fail(hydratest.Clients, fault)
		if _, err := r.PublicKey(t.Context(), parseDID(t, callerDID)); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
}

func TestKeyResolverClose(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world, s *hydratest.Server) {
		r := hydra.NewKeyResolver(w.config(), hydra.KeyResolverOptions{})
		s.Fail(hydratest.Clients, hydratest.Fault{Hang: true})
		done := make(chan error)
		go func() {
			_, err := r.PublicKey(t.Context(), parseDID(t, callerDID))
			done <- err
		}()
		synctest.Wait()
		r.Close()
		if err := <-done; !errors.Is(err, oauth.ErrUnavailable) {
			t.Errorf("%v, want ErrUnavailable", err)
		}
	})
}
