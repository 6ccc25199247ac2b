package registrar

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
)

// ErrStorage: the database cannot be read or written now.
var ErrStorage = errors.New("the registrar's database is unavailable")

// Store runs transactions. It holds rows and decides nothing, so that every
// database comes to the same decisions.
type Store interface {
	// Change runs fn in a transaction, which is committed when fn returns nil and
	// has changed nothing otherwise. Errors are those of fn, and [ErrStorage].
	Change(ctx context.Context, fn func(Tx) error) error
	// View runs fn over one state of the database.
	View(ctx context.Context, fn func(Reader) error) error
	// Close closes the database. No other method may be called afterwards.
	Close() error
}

// Reader reads rows. What is not there is nil, and no error.
type Reader interface {
	// Client returns what is known of a DID.
	Client(d did.DID) (*Client, error)
	// Clients returns up to limit DIDs that are known, in order, beginning behind one;
	// the zero DID is before all.
	Clients(after did.DID, limit int) ([]did.DID, error)
	// Listed returns the same of the DIDs that are known or revoked.
	Listed(after did.DID, limit int) ([]did.DID, error)
	// CountClients returns how many DIDs were bound from an address, without those that
	// are revoked.
	CountClients(address string) (int, error)
	// Keys returns the keys of a DID, those that do not count any more included.
	Keys(d did.DID) ([]Key, error)
	// RevokedWith returns up to limit DIDs that are revoked and have a key, one that does
	// not count any more included, in order.
	RevokedWith(key ed25519.PublicKey, limit int) ([]did.DID, error)
	// Scopes returns what the operator granted a DID by name.
	Scopes(d did.DID) ([]string, error)
	// Tombstone returns the last revocation or restoration of a DID.
	Tombstone(d did.DID) (*Tombstone, error)
	// TombstonesOf returns those of DIDs that are named once each, in the order of the
	// DIDs; who has none is left out.
	TombstonesOf(dids []did.DID) ([]Tombstone, error)
	// Tombstones returns up to limit tombstones numbered above after, in order.
	Tombstones(after int64, limit int) ([]Tombstone, error)
	// Head returns where the sequence of tombstones stands.
	Head() (Head, error)
	// Token returns the enrolment token with a hash. In a transaction that changes,
	// others that read it wait until the transaction ends.
	Token(hash [32]byte) (*Token, error)
	// Tokens returns all enrolment tokens, the oldest first.
	Tokens() ([]Token, error)
	// Pending returns the DID's wish to be enrolled, expired or not.
	Pending(d did.DID) (*Pending, error)
	// AllPending returns what has not expired, the oldest first.
	AllPending(now time.Time) ([]Pending, error)
	// Announcements returns those of a DID, expired or not, the first to expire first.
	Announcements(d did.DID) ([]Announcement, error)
	// Intent returns the change of a DID that was begun and not ended.
	Intent(d did.DID) (*Intent, error)
	// Lost returns up to limit DIDs with an intent whose lease is over.
	Lost(now time.Time, limit int) ([]did.DID, error)
}

// Tx reads and changes rows.
type Tx interface {
	Reader

	// Lock waits until nobody else changes what belongs to a DID, known or not,
	// and keeps others from it until the transaction ends. A transaction locks one
	// DID, before it reads anything of it.
	Lock(d did.DID) error
	// SaveClient stores a client under its DID.
	SaveClient(c *Client) error
	// SaveKey stores a key of a DID, or changes its validity.
	SaveKey(d did.DID, k Key) error
	// BuryKey stores a key with which a DID, which is revoked, waited to be enrolled.
	BuryKey(d did.DID, key ed25519.PublicKey) error
	// SetScopes replaces what a DID is granted by name.
	SetScopes(d did.DID, scopes []string) error
	// Advance adds one to the sequence and returns the new head. Others that
	// advance wait until the transaction ends, so that numbers become visible in order.
	Advance() (Head, error)
	// BeginEpoch has the sequence go on at next, if it stands at was; false if it does not
	// any more.
	BeginEpoch(was, next Head) (bool, error)
	// SaveTombstone stores a tombstone in place of the DID's last one.
	SaveTombstone(t Tombstone) error
	// Remember stores that a key used a nonce; false if it had. What was stored until
	// a time before now may be forgotten.
	Remember(key ed25519.PublicKey, nonce string, until, now time.Time) (bool, error)
	// SaveToken stores a token under its hash.
	SaveToken(t Token) error
	// DeleteToken deletes the token with an id; false if there is none.
	DeleteToken(id string) (bool, error)
	// SavePending stores a wish to be enrolled under its DID, and forgets those that
	// have expired by now.
	SavePending(p Pending, now time.Time) error
	// DeletePending deletes the wish of a DID.
	DeletePending(d did.DID) error
	// SaveAnnouncement stores an announcement under its DID and key, and forgets those
	// of all DIDs that have expired by now.
	SaveAnnouncement(a Announcement, now time.Time) error
	// DeleteAnnouncement deletes that of a DID and a key.
	DeleteAnnouncement(d did.DID, key TLSKey) error
	// SaveIntent stores an intent under its DID.
	SaveIntent(in Intent) error
	// DeleteIntent deletes the intent of a DID.
	DeleteIntent(d did.DID) error
}

// Client is what the registrar knows of a DID besides its keys.
type Client struct {
	DID did.DID
	// Document is the client document as it was last read back from the authorization
	// server, without what that adds; nil while there is none by our hand.
	Document []byte
	// Revision is the number of the last change that was begun. No number is used twice.
	Revision int64
	// SecretEnded is true from the end of the client's secret until its agent registers
	// with another one.
	SecretEnded bool
	// EndedAt is when a secret of it was ended last, by the registrar's clock; zero for never,
	// and where that was before it was kept.
	EndedAt time.Time
	// Secrets are those that may be in force: the one that was registered last, and behind it
	// one whose registration was begun since. Ended are all that were ended.
	Secrets, Ended []SecretHash
	// RemovedAt is when the client was deleted last because its secret was ended, or its DID
	// revoked; zero for never, and where that was before it was kept.
	RemovedAt time.Time
	// Address is where the DID was bound from, Voucher by whom: the id of an enrolment
	// token, "approved", "open" or "imported"; "reference" with the id of the token that
	// an agent of the reference has as its credential; "moved" when it has none any more.
	Address, Voucher string
	BoundAt          time.Time
}

// Key is a public key of a DID.
type Key struct {
	Public ed25519.PublicKey
	// From and Until say when it counts; a zero Until is no end.
	From, Until time.Time
}

// counts reports whether the key counts at a time.
func (k Key) counts(now time.Time) bool {
	return !now.Before(k.From) && (k.Until.IsZero() || now.Before(k.Until))
}

// Tombstone says that a DID was revoked, or restored after that.
type Tombstone struct {
	DID     did.DID
	Revoked bool
	// Seq is its number in the one sequence of the database.
	Seq int64
	At  time.Time
	// Note is the operator's, for people.
	Note string
}

// Head is where the sequence of tombstones stands. The epoch is that of the
// database: in another one, numbers mean something else.
type Head struct {
	Epoch string
	Seq   int64
}

// Token lets who has it bind DIDs. Its text is not stored.
type Token struct {
	// ID names it to the operator.
	ID   string
	Hash [32]byte
	// Author and Name are patterns (package path) for the DIDs that it may bind.
	Author, Name string
	// Uses of at most MaxUses.
	Uses, MaxUses    int
	Created, Expires time.Time
	// Reference is the DID whose agent of the reference has the token as its credential,
	// used up and expired or not; zero for none.
	Reference did.DID
}

// Pending is a DID that waits for the operator's approval.
type Pending struct {
	DID       did.DID
	Key       ed25519.PublicKey
	Address   string
	At, Until time.Time
}

// Announcement says that the agent of a DID is about to ask for a certificate.
type Announcement struct {
	DID    did.DID
	TLSKey TLSKey
	Until  time.Time
}

// Intent is a change of a client at the authorization server that was begun.
type Intent struct {
	DID      did.DID
	Revision int64
	// Remove is true where the client is to be deleted. What is to be deleted stays so.
	Remove bool
	// Document is what is to be written otherwise, without the secret, which nobody
	// but the agent keeps.
	Document []byte
	// Holder alone may write the client until its lease is over.
	Holder string
	Until  time.Time
}
