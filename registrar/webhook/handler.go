package webhook

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// Path is where step-ca asks.
const Path = "/step-ca/authorize"

// Timeout is how long one answer may take. Two of them, and the second that step-ca
// waits before it asks again, fit into its ten seconds.
const Timeout = 4 * time.Second

// Registry is what the registrar knows. An error means that it does not know now.
type Registry interface {
	// Standing reports whether a DID is registered, and whether it is revoked, which
	// one may be that is not registered.
	Standing(ctx context.Context, d did.DID) (registered, revoked bool, err error)
	// Announced reports whether the TLS key with a SHA-256 (of its DER
	// SubjectPublicKeyInfo) was announced for a DID, and still counts. step-ca may
	// ask twice about one certificate, so that asking uses nothing up.
	Announced(ctx context.Context, d did.DID, tlsKeySHA256 [sha256.Size]byte) (bool, error)
	// TokensEnded reports whether there may be tokens of a DID that were ended, and are
	// good by their signature all the same.
	TokensEnded(ctx context.Context, d did.DID) (bool, error)
}

// Config is what a [Handler] needs. Every field is wanted unless it says otherwise.
type Config struct {
	Registry Registry
	// Issuer is the text before the DID in a certificate's name: the OpenID issuer
	// whose tokens step-ca takes.
	Issuer string
	// CAHost is the host name or address of the CA's URL, by which its certificate
	// is known.
	CAHost string
	// Self is the registrar's own DID.
	Self did.DID
	// Listed are the DIDs that need no announcement and no registration, because
	// their agents can make none. It may be empty: a token is enough for them.
	Listed []did.DID
	// MaxLifetime is how long a certificate may be valid from now on; zero is the
	// constant of that name.
	MaxLifetime time.Duration
	// Decided, if set, learns of each decision after it was made. It must not block.
	Decided func(Decision)
	// Logger may be nil.
	Logger *slog.Logger
	// Now may be nil, for the clock.
	Now func() time.Time
}

// Decision is what became of one question.
type Decision struct {
	// Reason is [Announced], [Listed] or [Self] where the certificate is allowed.
	Reason Reason
	// DID is that of the certificate; zero where it names none.
	DID did.DID
	// TLSKey is the hex SHA-256 of its key; empty as long as nothing was understood.
	TLSKey string
	// Cause is for the log only, and may be nil.
	Cause error
}

// Allowed reports whether the certificate is issued.
func (d Decision) Allowed() bool { return allowing[d.Reason] }

// Handler answers step-ca. It may be used concurrently.
type Handler struct {
	cfg    Config
	listed map[did.DID]bool
	lines  lines
}

// New returns a handler, or what is wrong with cfg.
func New(cfg Config) (*Handler, error) {
	switch {
	case cfg.Registry == nil:
		return nil, errors.New("webhook: a registry is needed")
	case cfg.Issuer == "" || cfg.CAHost == "" || cfg.Self.IsZero():
		return nil, errors.New("webhook: the issuer, the CA's host and the registrar's DID are needed")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MaxLifetime <= 0 {
		cfg.MaxLifetime = MaxLifetime
	}
	h := &Handler{cfg: cfg, listed: make(map[did.DID]bool)}
	for _, d := range cfg.Listed {
		if d.IsZero() || d == cfg.Self {
			return nil, fmt.Errorf("webhook: the DID %q cannot be listed", d)
		}
		h.listed[d] = true
	}
	return h, nil
}

// ServeHTTP answers [Path], and nothing else. It never redirects.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), Timeout)
	defer cancel()
	decision := h.decide(ctx, w, r)
	h.log(r, decision)
	answer(w, decision.Reason)
	if h.cfg.Decided != nil {
		h.cfg.Decided(decision)
	}
}

// decide says no wherever it does not say otherwise.
func (h *Handler) decide(ctx context.Context, w http.ResponseWriter, r *http.Request) Decision {
	if reason, err := h.caller(r); err != nil {
		return Decision{Reason: reason, Cause: err}
	}
	body, err := readBody(w, r)
	if err != nil {
		return Decision{Reason: Malformed, Cause: err}
	}
	wanted, reason, err := parse(body, h.cfg.Issuer)
	if err != nil {
		return Decision{Reason: reason, Cause: err}
	}
	sum := sha256.Sum256(wanted.key)
	decision := Decision{DID: wanted.did, TLSKey: hex.EncodeToString(sum[:])}
	if !wanted.timely(h.cfg.Now(), h.cfg.MaxLifetime) {
		decision.Reason, decision.Cause = BadValidity, errValidity
		return decision
	}
	decision.Reason, decision.Cause = h.judge(ctx, wanted.did, sum)
	return decision
}

// judge asks the registry. Who is revoked gets nothing, listed or not.
func (h *Handler) judge(ctx context.Context, d did.DID, key [sha256.Size]byte) (Reason, error) {
	registered, revoked, err := h.cfg.Registry.Standing(ctx, d)
	switch {
	case err != nil:
		return Unavailable, err
	case revoked:
		return Revoked, nil
	case h.listed[d]:
		return h.judgeListed(ctx, d)
	case !registered && d != h.cfg.Self:
		return NotRegistered, nil
	}
	announced, err := h.cfg.Registry.Announced(ctx, d, key)
	switch {
	case err != nil:
		return Unavailable, err
	case !announced:
		return NotAnnounced, nil
	case d == h.cfg.Self:
		return Self, nil
	}
	return Announced, nil
}

// judgeListed is about who announces no key: its token is all that step-ca sees, and looks
// at by its signature alone.
func (h *Handler) judgeListed(ctx context.Context, d did.DID) (Reason, error) {
	switch ended, err := h.cfg.Registry.TokensEnded(ctx, d); {
	case err != nil:
		return Unavailable, err
	case ended:
		return TokensEnded, nil
	}
	return Listed, nil
}

func (h *Handler) log(r *http.Request, d Decision) {
	level, text, left := slog.LevelInfo, "certificate allowed", 0
	if !d.Allowed() {
		level, text = slog.LevelWarn, "certificate refused"
		var ok bool
		if ok, left = h.lines.allow(d, h.cfg.Now()); !ok {
			return
		}
	}
	attrs := []slog.Attr{
		slog.String("reason", string(d.Reason)), slog.String("did", d.DID.String()), slog.String("tls_key", d.TLSKey),
		slog.String("peer", r.RemoteAddr), slog.String("ca_request_id", requestID(r)),
	}
	if d.Cause != nil {
		attrs = append(attrs, slog.Any("cause", d.Cause))
	}
	if left > 0 {
		attrs = append(attrs, slog.Int("left_out", left))
	}
	h.cfg.Logger.LogAttrs(r.Context(), level, text, attrs...)
}

// requestID is what the CA's log calls the request, as far as it is of the kind that
// step-ca makes.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	foreign := func(c rune) bool { return c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') }
	if len(id) > 64 || strings.ContainsFunc(id, foreign) {
		return ""
	}
	return id
}
