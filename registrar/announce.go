package registrar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// AfterTLSKey follows the DID in the path where its agent announces a key.
const AfterTLSKey = "/tls-key"

const (
	// AnnouncedFor is how long an announcement counts.
	AnnouncedFor = time.Minute
	// MaxAnnounced is how many keys of one DID count at once; the oldest goes.
	MaxAnnounced = 4
)

// TLSKey is the SHA-256 of the DER form of a SubjectPublicKeyInfo.
type TLSKey = [sha256.Size]byte

// announcementMembers are all that an announcement has.
var announcementMembers = []string{"tlsKey"}

// parseAnnouncement reads a body whose length is bounded.
func parseAnnouncement(body []byte) (key TLSKey, refused *Refusal) {
	given := false
	refused = readMembers(body, AnnouncementInvalid, map[string]func(string) *Refusal{
		announcementMembers[0]: func(text string) *Refusal {
			raw, err := hex.DecodeString(text)
			if err != nil || copy(key[:], raw) != len(key) || len(raw) != len(key) || hex.EncodeToString(raw) != text {
				return refuse(AnnouncementInvalid, nil)
			}
			given = true
			return nil
		},
	})
	if refused == nil && !given {
		refused = refuse(AnnouncementInvalid, nil)
	}
	return key, refused
}

func (x *exchange) parseAnnouncement() (refused *Refusal) {
	x.tlsKey, refused = parseAnnouncement(x.body)
	return refused
}

// announce stores that an agent is about to have a certificate for a key of its own.
func (r *Registrar) announce(x *exchange) error {
	err := r.admitted(x.r.Context(), x.proof(), func(tx Tx, now time.Time) error {
		return keepAnnouncement(tx, x.about, x.tlsKey, now)
	})
	if err != nil {
		return err
	}
	r.cfg.Logger.Info("TLS key announced", slog.String("client_id", x.about.String()), slog.String("tls_key", hex.EncodeToString(x.tlsKey[:])))
	r.recordChange(x.r.Context(), x.about, x.op.name, x.address)
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

// AnnounceOwn announces a key of the registrar itself, which is no client. Errors:
// [ErrStorage].
func (r *Registrar) AnnounceOwn(ctx context.Context, key TLSKey) error {
	return r.cfg.Store.Change(ctx, func(tx Tx) error {
		if err := tx.Lock(r.cfg.Self); err != nil {
			return err
		}
		return keepAnnouncement(tx, r.cfg.Self, key, r.cfg.Now())
	})
}

// keepAnnouncement stores an announcement, and forgets the oldest where there are too many.
func keepAnnouncement(tx Tx, d did.DID, key TLSKey, now time.Time) error {
	all, err := tx.Announcements(d)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(all, func(a Announcement) bool { return a.TLSKey == key })
	for _, a := range others[:max(0, len(others)-MaxAnnounced+1)] {
		if err := tx.DeleteAnnouncement(d, a.TLSKey); err != nil {
			return err
		}
	}
	return tx.SaveAnnouncement(Announcement{DID: d, TLSKey: key, Until: now.Add(AnnouncedFor)}, now)
}

// forgetAnnouncements is for who is revoked: when it is restored none counts any more.
func forgetAnnouncements(tx Tx, d did.DID) error {
	all, err := tx.Announcements(d)
	for _, a := range all {
		err = errors.Join(err, tx.DeleteAnnouncement(d, a.TLSKey))
	}
	return err
}

// Announced reports whether a key was announced for a DID, that of the registrar or of
// an agent that is registered at this moment, and still counts. Asking uses nothing up.
// Errors: [ErrStorage].
func (r *Registrar) Announced(ctx context.Context, d did.DID, key TLSKey) (announced bool, err error) {
	err = r.cfg.Store.View(ctx, func(read Reader) error {
		registered, revoked, err := standing(read, d)
		if err != nil || revoked || !registered && d != r.cfg.Self {
			return err
		}
		all, err := read.Announcements(d)
		now := r.cfg.Now()
		announced = slices.ContainsFunc(all, func(a Announcement) bool { return a.TLSKey == key && now.Before(a.Until) })
		return err
	})
	return announced && err == nil, err
}
