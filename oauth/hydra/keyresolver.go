package hydra

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/oauth"
	"github.com/getbindu/bindu-go/oauth/internal/refresh"
	ory "github.com/ory/hydra-client-go/v2"
)

// Limits and defaults of [KeyResolverOptions].
const (
	// MaxKeyAge is the longest time for which a key is kept, and so the longest
	// for which a deleted client's key, or one that was replaced, still counts.
	// Revocation does not depend on it where a token is wanted as well.
	MaxKeyAge = 60 * time.Second
	// DefaultKeyAge applies where no other is set: short, because where no
	// token is wanted, deleting the client is what ends an agent's access.
	DefaultKeyAge = 30 * time.Second
	// DefaultMaxKeys bounds the cache of a [KeyResolver].
	DefaultMaxKeys = 10_000
)

const keyPause = time.Second

// ErrNotRegistered: no client has the DID. It is an [ErrKeyUnavailable], too.
var ErrNotRegistered = fmt.Errorf("%w: no client is registered", ErrKeyUnavailable)

// KeyResolverOptions say how long keys are kept, and which are known already.
type KeyResolverOptions struct {
	// Pinned are keys that an operator vouches for.
	Pinned map[did.DID]ed25519.PublicKey
	// MaxAge of a key; zero is [DefaultKeyAge], more than [MaxKeyAge] is that.
	MaxAge time.Duration
	// Read, if set, reads the registered key of a DID, and how long it holds, from
	// somebody who may ask Hydra; nil asks Hydra's admin API. Its errors are those
	// of [KeyResolver.PublicKey], [ErrNotRegistered] among them.
	Read func(ctx context.Context, d did.DID) (key ed25519.PublicKey, holds time.Duration, err error)
	// MaxEntries bounds the keys kept; zero is [DefaultMaxKeys].
	MaxEntries int
}

// KeyResolver reads the public keys that DIDs registered with their clients.
// Its methods may be called concurrently.
type KeyResolver struct {
	cfg    Config
	owned  bool
	admin  admin
	maxAge time.Duration
	pinned map[did.DID]ed25519.PublicKey
	read   func(context.Context, did.DID) (ed25519.PublicKey, time.Duration, error)
	keys   *refresh.Cache[did.DID, struct{}, ed25519.PublicKey]
}

// NewKeyResolver returns a resolver. The caller closes it.
func NewKeyResolver(cfg Config, options KeyResolverOptions) *KeyResolver {
	cfg, owned := cfg.withDefaults()
	r := &KeyResolver{
		cfg: cfg, owned: owned, admin: newAdmin(cfg),
		maxAge: min(cmp.Or(max(options.MaxAge, 0), DefaultKeyAge), MaxKeyAge),
		pinned: maps.Clone(options.Pinned), read: options.Read,
	}
	if r.read == nil {
		r.read = r.readClient
	}
	r.keys = refresh.New(refresh.Config[did.DID, struct{}, ed25519.PublicKey]{
		Load: r.load, Name: did.DID.String, Now: cfg.Now, Pause: keyPause, Age: r.maxAge, Log: cfg.Logger, Remember: isOfDocument,
		Size: cmp.Or(max(options.MaxEntries, 0), DefaultMaxKeys),
	})
	return r
}

// isOfDocument reports an error that a client document causes: reading a large
// one costs something, and its owner decides how often he is the cause.
func isOfDocument(err error) bool {
	return !errors.Is(err, ErrNotRegistered) && !errors.Is(err, oauth.ErrUnavailable)
}

// PublicKey returns the key registered for d, which callers must not change.
// A key in use is read again in the background; absent clients are not
// remembered, and a document without a usable key for a second.
//
// A pinned key wins over a registration that holds none or a malformed one,
// but a registration that holds another key is [ErrKeyChanged], and the client
// has to exist: deleting it ends an agent's access, pinned or not.
//
// Errors are [ErrKeyUnavailable] for an unknown client and a missing or
// malformed key, did.ErrWeakKey, oauth.ErrUnavailable, oauth.ErrInvalidResponse.
func (r *KeyResolver) PublicKey(ctx context.Context, d did.DID) (ed25519.PublicKey, error) {
	return r.keys.Get(ctx, d, struct{}{})
}

// Forget has the key of d read anew at its next use: what was read before does
// not count any more.
func (r *KeyResolver) Forget(d did.DID) { r.keys.Forget(d) }

// ForgetAll is Forget for all DIDs.
func (r *KeyResolver) ForgetAll() { r.keys.ForgetAll() }

// Close ends requests in progress and waits for their goroutines. It may be
// called more than once.
func (r *KeyResolver) Close() {
	r.keys.Close()
	if r.owned {
		r.cfg.HTTPClient.CloseIdleConnections()
	}
}

func (r *KeyResolver) load(ctx context.Context, d did.DID, _ struct{}) (refresh.Answer[ed25519.PublicKey], error) {
	asked := r.cfg.Now()
	registered, holds, err := r.read(ctx, d)
	if err != nil {
		holds = MaxKeyAge // of the operator's word, if there is one
	}
	key, err := r.vouched(d, registered, err)
	if err != nil {
		return refresh.Answer[ed25519.PublicKey]{}, err
	}
	age := min(r.maxAge, holds)
	return refresh.Answer[ed25519.PublicKey]{Value: key, Refresh: asked.Add(age / 2), Expire: asked.Add(age), Late: asked.Add(holds)}, nil
}

// readClient reads the key from the client document.
func (r *KeyResolver) readClient(ctx context.Context, d did.DID) (ed25519.PublicKey, time.Duration, error) {
	client, found, err := r.admin.get(ctx, d)
	if err != nil {
		return nil, 0, err
	}
	if !found {
		return nil, 0, fmt.Errorf("%w for %s", ErrNotRegistered, d)
	}
	key, err := registeredPublicKey(client)
	return key, MaxKeyAge, err
}

// vouched puts the operator's word beside what is registered.
func (r *KeyResolver) vouched(d did.DID, registered ed25519.PublicKey, err error) (ed25519.PublicKey, error) {
	pinned, isPinned := r.pinned[d]
	switch {
	case !isPinned || errors.Is(err, ErrNotRegistered):
		return registered, err
	case errors.Is(err, ErrKeyUnavailable):
		return pinned, nil
	case err != nil:
		return nil, err
	case !pinned.Equal(registered):
		return nil, fmt.Errorf("%w: %s", ErrKeyChanged, d)
	default:
		return pinned, nil
	}
}

// registeredPublicKey decodes metadata.public_key.
func registeredPublicKey(client *ory.OAuth2Client) (ed25519.PublicKey, error) {
	text, err := publicKeyText(client)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrKeyUnavailable, err)
	}
	key, err := did.DecodePublicKey(text)
	if errors.Is(err, did.ErrPublicKey) {
		return nil, fmt.Errorf("%w: %w", ErrKeyUnavailable, err)
	}
	return key, err
}
