package operator

import (
	"encoding/json"
	"time"
)

// Paths of what can be asked; each is a POST of one JSON object.
const (
	pathTokenCreate = "/v1/token/create"
	pathTokenList   = "/v1/token/list"
	pathTokenRevoke = "/v1/token/revoke"
	pathPending     = "/v1/pending"
	pathApprove     = "/v1/approve"
	pathDeny        = "/v1/deny"
	pathRevoke      = "/v1/revoke"
	pathRestore     = "/v1/restore"
	pathGrant       = "/v1/grant"
	pathClients     = "/v1/clients"
	pathShow        = "/v1/show"
	pathNewEpoch    = "/v1/new-epoch"
	pathProspects   = "/v1/prospects"
	pathImport      = "/v1/import"
	pathEndSecret   = "/v1/secret/end"
)

// NewToken is what an enrolment token shall allow.
type NewToken struct {
	// Author and Name are those of the agents that it binds, or patterns.
	Author string `json:"author"`
	Name   string `json:"name"`
	// Uses is how many it binds at most.
	Uses int `json:"uses"`
	// Lifetime from now on.
	Lifetime time.Duration `json:"lifetime"`
}

// Token is an enrolment token.
type Token struct {
	ID      string    `json:"id"`
	Author  string    `json:"author"`
	Name    string    `json:"name"`
	Uses    int       `json:"uses"`
	MaxUses int       `json:"maxUses"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	// Reference is the DID whose agent of the reference has it as its credential.
	Reference string `json:"reference,omitempty"`
	// Text is the token itself, which is told once, to who makes it.
	Text string `json:"text,omitempty"`
}

// Waiting is an agent that waits for approval.
type Waiting struct {
	DID         string    `json:"did"`
	Fingerprint string    `json:"fingerprint"`
	Address     string    `json:"address"`
	Since       time.Time `json:"since"`
	Until       time.Time `json:"until"`
}

// States of an agent.
const (
	StateRegistered = "registered" // it is at the authorization server
	StateBound      = "bound"      // its DID has its key, and nothing is registered yet
	StatePending    = "pending"    // it waits for approval
	StateRevoked    = "revoked"
	StateUnknown    = "unknown" // only what the operator said of it is known
)

// Agent is what is known of a DID.
type Agent struct {
	DID   string `json:"did"`
	State string `json:"state"`
	Keys  []Key  `json:"keys"`
	// Voucher is who let the DID in: the id of an enrolment token, "approved" or "open".
	Voucher string    `json:"voucher,omitempty"`
	Address string    `json:"address,omitempty"`
	Bound   time.Time `json:"bound,omitzero"`
	// Granted are scopes that it has by name; none means those of all.
	Granted []string `json:"granted"`
	// Changing is true while a change of the client is under way.
	Changing  bool       `json:"changing"`
	Tombstone *Tombstone `json:"tombstone,omitempty"`
	// Waiting is what it asks for while it waits for approval.
	Waiting *Waiting `json:"waiting,omitempty"`
	// Document is what the authorization server has by our hand, without the secret.
	Document json.RawMessage `json:"document,omitempty"`
}

// Key is a public key of a DID.
type Key struct {
	PublicKey   string    `json:"publicKey"`
	Fingerprint string    `json:"fingerprint"`
	From        time.Time `json:"from"`
	Until       time.Time `json:"until,omitzero"`
}

// Tombstone is the last revocation or restoration of a DID.
type Tombstone struct {
	Revoked bool      `json:"revoked"`
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"`
}

// Revocation is what revoking a DID came to.
type Revocation struct {
	DID string `json:"did"`
	Tombstone
	// Bound is true where the DID is bound to a key: one that never was is kept out all
	// the same, and may be a mistake in writing.
	Bound bool `json:"bound"`
	// Removed is true when client and tokens are gone from the authorization server;
	// until then that is tried again.
	Removed bool `json:"removed"`
}

// Granted is what a DID has from its next registration on.
type Granted struct {
	Scopes []string `json:"scopes"`
	// Usual are the scopes of a DID that was granted none by name.
	Usual []string `json:"usual"`
}

// Epoch is what beginning an epoch came to.
type Epoch struct {
	Was string `json:"was"`
	Is  string `json:"is"`
	// Seq is where the sequence of revocations stands.
	Seq int64 `json:"seq"`
}

// Prospect is a client that another hand registered, as it is reviewed.
type Prospect struct {
	DID         string `json:"did"`
	Fingerprint string `json:"fingerprint"`
	// KeyBound is true where the DID follows from the key.
	KeyBound bool `json:"keyBound"`
	// Standing is "new" for one that can be imported; "bound", "revoked" or "changing".
	Standing string `json:"standing"`
	// Scopes are those that it has now, Changes what its first registration changes.
	Scopes  []string `json:"scopes"`
	Changes []Change `json:"changes"`
}

// StandingNew is that of a client that can be imported.
const StandingNew = "new"

// Change is one difference between two client documents, as JSON, shortened.
type Change struct {
	Field string `json:"field"`
	Was   string `json:"was"`
	Want  string `json:"want"`
}

// prospects are those of one page.
type prospects struct {
	Agents []Prospect `json:"agents"`
	Left   LeftOut    `json:"left"`
	Next   string     `json:"next"`
}

// LeftOut are clients at the authorization server that can be no agent's here.
type LeftOut struct {
	// Others are how many have an id that is no DID.
	Others int `json:"others"`
	// Unfit are the ids of those whose DID cannot be registered, or that have no key.
	Unfit []string `json:"unfit,omitempty"`
}

// Imported is what importing a client came to.
type Imported struct {
	// Already is true where the DID was bound to that key before.
	Already bool `json:"already"`
}

// Ended is what ending a secret came to.
type Ended struct {
	// Removed is true when client and tokens are gone from the authorization server;
	// until then that is tried again.
	Removed bool `json:"removed"`
}

// about names a DID; the rest is for the calls that want it.
type about struct {
	DID         string   `json:"did"`
	Fingerprint string   `json:"fingerprint,omitempty"`
	Note        string   `json:"note,omitempty"`
	Scopes      []string `json:"scopes,omitempty"`
}

// nothing is the body of calls that want or return none.
type nothing struct{}

// page says which clients are wanted.
type page struct {
	After string `json:"after,omitempty"`
}

// named names an enrolment token.
type named struct {
	ID string `json:"id"`
}

// Fault is what the registrar says when it does not do what was asked.
type Fault struct {
	// Reason is a stable word, Message its text for people.
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// Error returns the text.
func (f *Fault) Error() string { return f.Message }
