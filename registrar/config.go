package registrar

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/getbindu/bindu-go/audit"
	"github.com/getbindu/bindu-go/identity/did"
)

// Mode says how a DID that is not known is enrolled where its agent has no
// enrolment token. One whose name does not follow from its key needs one always.
type Mode string

// The modes.
const (
	// ModeToken enrols nobody without a token.
	ModeToken Mode = "token"
	// ModeApprove lets the agent wait for the operator.
	ModeApprove Mode = "approve"
	// ModeOpen enrols everybody; what a DID says of its author proves nothing then.
	ModeOpen Mode = "open"
)

// MaxTokenLifetime is the longest for which an access token of a client lives.
const MaxTokenLifetime = 5 * time.Minute

// ScopeAdmin is granted by name alone ([Registrar.Grant]).
const ScopeAdmin = "agent:admin"

// Config is what a [Registrar] needs. Every field is wanted unless it says otherwise.
type Config struct {
	// Self is the registrar's own DID, the audience of every request. It follows from
	// Key, which signs what the registrar says of keys.
	Self    did.DID
	Key     *did.KeyPair
	Store   Store
	Clients Clients
	// Introspector is of the same authorization server as Clients.
	Introspector Introspector
	Mode         Mode
	// Scopes are those of a DID that is granted none by name.
	Scopes []string
	// Audience are the audiences for which agents may ask tokens; it may be empty.
	Audience []string
	// CAAudience is that of tokens for the certificate authority: no agent takes one.
	CAAudience string
	// TokenLifetime is at most [MaxTokenLifetime], in whole seconds.
	TokenLifetime time.Duration
	// Window is how far the time of signing may be from ours.
	Window time.Duration
	// Lease is how long one change may take. In its last third nothing more is asked
	// of the authorization server.
	Lease time.Duration
	// PendingFor is how long a wish to be enrolled waits; MaxPending how many do, of
	// which one address may have MaxPendingPerAddress.
	PendingFor           time.Duration
	MaxPending           int
	MaxPendingPerAddress int
	// MaxDIDsPerAddress is how many DIDs may be bound from one address, ever.
	MaxDIDsPerAddress int
	// Rates of requests.
	Rates Rates
	// MaxIntrospections is how many questions of one DID are in progress when one more is
	// taken to the authorization server, which is refused then.
	MaxIntrospections int
	// MaxChanges is how many clients are written at the authorization server at once.
	// One more waits for three seconds, and is refused then.
	MaxChanges int
	// Witness keeps outside the database how far its sequence was seen; nil keeps it in
	// memory alone.
	Witness Witness
	// Recorder is told of each registration and each refusal; nil writes refusals to
	// Logger instead.
	Recorder Recorder
	// Logger may be nil.
	Logger *slog.Logger
	// Now and Random may be nil, for the clock and crypto/rand.
	Now    func() time.Time
	Random io.Reader
}

// Recorder takes decisions, each once. It is called on the path of the request.
type Recorder interface {
	Record(ctx context.Context, e audit.Event)
}

// Registrar registers agents. Its methods may be called concurrently.
type Registrar struct {
	cfg    Config
	limits *limits
	pace   *pace
	bodies *bodies
	turns  *turns
	hub    *hub
	// verifying is for how many signatures are verified at once.
	verifying *semaphore.Weighted
	// nobodys is a key that nobody has.
	nobodys ed25519.PublicKey
}

// New returns a registrar, or what is wrong with cfg.
func New(cfg Config) (*Registrar, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Witness == nil {
		cfg.Witness = &forgetful{}
	}
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("registrar: %w", err)
	}
	nobodys, _, err := ed25519.GenerateKey(cfg.Random)
	if err != nil {
		return nil, fmt.Errorf("registrar: %w", err)
	}
	return &Registrar{
		cfg: cfg, limits: newLimits(cfg.Rates, cfg.Now), pace: newPace(cfg.Rates.Stranger, cfg.Now), bodies: newBodies(maxHeld),
		turns: newTurns(cfg.MaxChanges, cfg.Now), hub: newHub(), verifying: semaphore.NewWeighted(verifiedAtOnce()), nobodys: nobodys,
	}, nil
}

// verifiedAtOnce leaves half of the processors to what was verified, however many addresses
// send what is not.
func verifiedAtOnce() int64 { return int64(max(1, runtime.GOMAXPROCS(0)/2)) }

func (cfg Config) check() error {
	positive := cfg.Window > 0 && cfg.Lease > 0 && cfg.PendingFor > 0 &&
		cfg.MaxPending > 0 && cfg.MaxPendingPerAddress > 0 && cfg.MaxDIDsPerAddress > 0 && cfg.MaxIntrospections > 0 && cfg.MaxChanges > 0
	switch {
	case cfg.Self.IsZero() || cfg.Key == nil || cfg.Store == nil || cfg.Clients == nil || cfg.Introspector == nil || cfg.CAAudience == "":
		return errors.New("own DID and key, store, clients, introspector and the audience of the CA are needed")
	case !cfg.Self.BoundTo(cfg.Key.PublicKey()):
		return errors.New("the own DID must follow from the own key")
	case !slices.Contains([]Mode{ModeToken, ModeApprove, ModeOpen}, cfg.Mode):
		return fmt.Errorf("%q is no mode of enrolment", cfg.Mode)
	case !positive || !cfg.Rates.positive():
		return errors.New("times, bounds and rates must be positive")
	case cfg.TokenLifetime < time.Second || cfg.TokenLifetime > MaxTokenLifetime || cfg.TokenLifetime%time.Second != 0:
		return fmt.Errorf("tokens live for whole seconds, at most %s", MaxTokenLifetime)
	case slices.Contains(cfg.Scopes, ScopeAdmin):
		return fmt.Errorf("%s is granted by name alone", ScopeAdmin)
	}
	return checkScopes(cfg.Scopes)
}

// ErrScopes: a list of scopes is empty or has one that is none (RFC 6749 section
// 3.3). To an empty one the authorization server would add scopes of its own.
var ErrScopes = errors.New("malformed scopes")

func checkScopes(scopes []string) error {
	if len(scopes) == 0 {
		return fmt.Errorf("%w: there must be one at least", ErrScopes)
	}
	for _, s := range scopes {
		malformed := func(c rune) bool { return c <= ' ' || c == '"' || c == '\\' || c > '~' }
		if s == "" || strings.ContainsFunc(s, malformed) {
			return fmt.Errorf("%w: %q", ErrScopes, s)
		}
	}
	return nil
}

// lease gives an intent to somebody for a while: nobody has held one by that name.
func (r *Registrar) lease(in *Intent, now time.Time) error {
	holder, err := newID(r.cfg.Random)
	in.Holder, in.Until = holder, now.Add(r.cfg.Lease)
	return err
}
