package revocation

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
)

const (
	// MaxEvents is how many events one message has at most.
	MaxEvents = 100
	// Every is how long a registrar is silent at most: a message without events is a
	// heartbeat. After Silence without one nothing is known any more.
	Every   = time.Second
	Silence = 3 * time.Second
)

// name is part of the wire format.
const name = "revocations-1"

// stamp is RFC 3339 in UTC, in whole milliseconds.
const stamp = "2006-01-02T15:04:05.000Z"

// Why a registrar ends a stream.
const (
	// EndStopping: it stops. Another one, or the next start, takes over.
	EndStopping = "stopping"
	// EndEpoch: its database has another epoch, which the message names.
	EndEpoch = "epoch"
	// EndUnregistered: the follower is not registered any more.
	EndUnregistered = "not_registered"
	// EndReplaced: the follower opened as many others later as it may have at once.
	EndReplaced = "replaced"
)

// Message is one of a stream. Times are in whole milliseconds.
type Message struct {
	// Registrar says so; its DID follows from its key.
	Registrar did.DID
	// Follower asked by the request whose nonce is Stream.
	Follower did.DID
	Stream   string
	// Number counts the messages of the stream, from 1: what is lost shows.
	Number int64
	// Epoch is that of the database. Head is the number of the last revocation or
	// restoration in it of which the stream has told, if it was about a followed DID.
	Epoch string
	Head  int64
	// Issued is when the registrar had looked.
	Issued time.Time
	// Events are of followed DIDs alone, in order.
	Events []Event
	// More is true where the next message goes on with this one.
	More bool
	// End says why no message follows; "" where one does.
	End string
}

// Event is a revocation, or a restoration after one.
type Event struct {
	DID     did.DID
	Revoked bool
	// Seq is its number in the sequence of the database.
	Seq int64
	At  time.Time
}

// States of an event.
const (
	stateRevoked  = "revoked"
	stateRestored = "restored"
)

// wire is a message as it is sent, all of it signed but the signature.
type wire struct {
	End          string      `json:"end"`
	Epoch        string      `json:"epoch"`
	Events       []wireEvent `json:"events"`
	Follower     string      `json:"follower"`
	Head         int64       `json:"head"`
	IssuedAt     string      `json:"issuedAt"`
	More         bool        `json:"more"`
	Number       int64       `json:"number"`
	Registrar    string      `json:"registrar"`
	RegistrarKey string      `json:"registrarKey"`
	Signature    string      `json:"signature"`
	Stream       string      `json:"stream"`
}

type wireEvent struct {
	At    string `json:"at"`
	DID   string `json:"did"`
	Seq   int64  `json:"seq"`
	State string `json:"state"`
}

// payload is what is signed: the byte 0xFF, the name and the RFC 8785 form of all members
// but the signature. No member that was checked needs an escape.
func (w wire) payload() []byte {
	b := fmt.Appendf(did.AppendTag(nil, name), `{"end":"%s","epoch":"%s","events":[`, w.End, w.Epoch)
	for i, e := range w.Events {
		if i > 0 {
			b = append(b, ',')
		}
		b = fmt.Appendf(b, `{"at":"%s","did":"%s","seq":%d,"state":"%s"}`, e.At, e.DID, e.Seq, e.State)
	}
	return fmt.Appendf(b, `],"follower":"%s","head":%d,"issuedAt":"%s","more":%s,"number":%d,"registrar":"%s","registrarKey":"%s","stream":"%s"}`,
		w.Follower, w.Head, w.IssuedAt, strconv.FormatBool(w.More), w.Number, w.Registrar, w.RegistrarKey, w.Stream)
}

var (
	errOtherKey  = errors.New("revocation: the registrar's DID does not follow from the key that signs")
	errUnsayable = errors.New("revocation: the message has what no message may have")
)

// Sign returns the message as it is sent, signed by the registrar's key.
func (m Message) Sign(k *did.KeyPair) ([]byte, error) {
	own := k.PublicKey()
	if !m.Registrar.BoundTo(own) {
		return nil, errOtherKey
	}
	w := wire{
		End: m.End, Epoch: m.Epoch, Events: []wireEvent{}, Follower: m.Follower.String(), Head: m.Head, IssuedAt: m.Issued.UTC().Format(stamp),
		More: m.More, Number: m.Number, Registrar: m.Registrar.String(), RegistrarKey: did.EncodePublicKey(own), Stream: m.Stream,
	}
	for _, e := range m.Events {
		state := stateRestored
		if e.Revoked {
			state = stateRevoked
		}
		w.Events = append(w.Events, wireEvent{At: e.At.UTC().Format(stamp), DID: e.DID.String(), Seq: e.Seq, State: state})
	}
	if _, err := w.message(); err != nil {
		return nil, errUnsayable
	}
	text, err := k.SignTagged(name, w.payload())
	if err != nil {
		return nil, err
	}
	raw, err := did.OpenSignature(own, text)
	if err != nil {
		return nil, err
	}
	w.Signature = base64.RawURLEncoding.EncodeToString(raw)
	return json.Marshal(w)
}
