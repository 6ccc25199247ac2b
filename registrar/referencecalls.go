package registrar

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/revocation"
)

// referenceWrite makes the client, or writes it anew. Of what the agent wants to stand in
// it, name, address, key and secret are taken.
func (r *Registrar) referenceWrite(x *exchange) error {
	q := request{
		proof: proof{did: x.about, key: x.reg.Key}, reg: x.reg, address: x.address,
		bearer: true, newSecret: x.op.method == http.MethodPost, // it sends what it has with PUT
	}
	result, err := r.register(x.r.Context(), q)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if x.op.method == http.MethodPost {
		status = http.StatusCreated
	}
	answer(x.w, status, struct {
		ID       did.DID  `json:"client_id"`
		Scope    string   `json:"scope"`
		Audience []string `json:"audience"`
	}{x.about, strings.Join(result.Scopes, " "), result.Audience})
	return nil
}

// holds refuses a token that is no registered agent's credential at this moment.
func holds(read Reader, hash [32]byte) error {
	t, c, err := credentialOf(read, hash)
	if err == nil && c == nil {
		return refuse(NotRegistered, nil)
	}
	if err != nil {
		return err
	}
	registered, revoked, err := standing(read, t.Reference)
	switch {
	case err != nil:
		return err
	case revoked:
		return refuse(Revoked, nil)
	case !registered:
		return refuse(NotRegistered, nil)
	}
	return nil
}

// credentialOf returns a token that is known and the client that is known by it, nil
// where it has bound none yet. One that is a credential no more is refused.
func credentialOf(read Reader, hash [32]byte) (*Token, *Client, error) {
	t, err := read.Token(hash)
	switch {
	case err != nil:
		return nil, nil, err
	case t == nil:
		return nil, nil, noCredential("not known")
	case t.Reference.IsZero():
		return t, nil, nil
	}
	c, err := read.Client(t.Reference)
	if err == nil && (c == nil || !c.isCredential(t)) {
		err = noCredential("the DID is not known by it any more")
	}
	return t, c, err
}

// ownClient returns the client that who asks says is its own, nil where its token has bound
// none yet. The token may have bound another one since it was looked at first: who sends a
// request chooses how long its body takes.
func ownClient(read Reader, x *exchange) (*Client, error) {
	t, c, err := credentialOf(read, x.credential.Hash)
	if err == nil && !t.opens(x.about) {
		return nil, refuse(PathMismatch, nil)
	}
	return c, err
}

// referenceRead tells an agent its own client, and of others what a verifier needs.
func (r *Registrar) referenceRead(x *exchange) error {
	place, refused := r.limits.ask(x.payer(), 0)
	if refused != nil {
		return refused
	}
	defer place.Release()
	var told []byte
	err := r.cfg.Store.View(x.r.Context(), func(read Reader) (err error) {
		if x.credential.opens(x.about) {
			told, err = r.referenceOwn(read, x)
			return err
		}
		if err := holds(read, x.credential.Hash); err != nil {
			return err
		}
		told, err = r.referenceOther(read, x)
		return err
	})
	if err == nil {
		answerJSON(x.w, http.StatusOK, told)
	}
	return err
}

// referenceOwn returns the client of who asks. Where it has to be registered anew it is
// said not to be there: the agent makes it then, with a new secret.
func (r *Registrar) referenceOwn(read Reader, x *exchange) ([]byte, error) {
	c, err := ownClient(read, x)
	if err != nil {
		return nil, err
	}
	registered, revoked, err := standing(read, x.about)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, refuse(ClientUnknown, nil)
	case revoked:
		return nil, refuse(Revoked, nil)
	case !registered:
		return nil, refuse(ClientUnknown, nil)
	}
	scopes, err := r.scopesOf(read, x.about, true)
	if err != nil {
		return nil, err
	}
	if !r.isCurrent(c.Document, scopes) {
		return nil, refuse(ClientUnknown, errors.New("scopes or audiences have changed"))
	}
	return c.Document, nil
}

// referenceScopes are asked for by agents of the reference with every token, beside those
// that say what one may do: the authorization server refuses a token with a scope that the
// client has not. They allow nothing; there are no users, and no refresh tokens.
var referenceScopes = []string{"openid", "offline"}

// scopesOf returns those that a DID is allowed, an agent of the reference or not.
func (r *Registrar) scopesOf(read Reader, d did.DID, reference bool) ([]string, error) {
	scopes, err := read.Scopes(d)
	if len(scopes) == 0 {
		scopes = r.cfg.Scopes
	}
	if !reference {
		return scopes, err
	}
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(scopes, referenceScopes)))), err
}

// isCurrent reports whether a document has the scopes and audiences that are allowed now.
func (r *Registrar) isCurrent(document []byte, scopes []string) bool {
	var has struct {
		Scope    string   `json:"scope"`
		Audience []string `json:"audience"`
	}
	return json.Unmarshal(document, &has) == nil && has.Scope == strings.Join(scopes, " ") && slices.Equal(has.Audience, r.cfg.Audience)
}

// referenceOther returns what a verifier reads of a client that is registered.
func (r *Registrar) referenceOther(read Reader, x *exchange) ([]byte, error) {
	s, err := r.statement(read, x, r.cfg.Now())
	if err != nil {
		return nil, err
	}
	type metadata struct {
		DID       did.DID `json:"did"`
		PublicKey string  `json:"public_key"`
		KeyType   string  `json:"key_type"`
	}
	return json.Marshal(struct {
		ID       did.DID  `json:"client_id"`
		Metadata metadata `json:"metadata"`
	}{x.about, metadata{x.about, did.EncodePublicKey(s.Key), "Ed25519"}})
}

// referenceIntrospect is introspect for who has a token in place of a key.
func (r *Registrar) referenceIntrospect(x *exchange) error {
	place, refused := r.limits.ask(x.payer(), r.cfg.MaxIntrospections)
	if refused != nil {
		return refused
	}
	defer place.Release()
	asks := func(read Reader) error { return holds(read, x.credential.Hash) }
	if err := r.cfg.Store.View(x.r.Context(), asks); err != nil {
		return err
	}
	return r.answerVerdict(x, asks)
}

// referenceDelete deletes the client and its tokens, and nothing else: the DID stays
// bound, to its key and to the token. The reference does that to make its client anew.
func (r *Registrar) referenceDelete(x *exchange) error {
	var in *Intent
	err := r.cfg.Store.Change(x.r.Context(), func(tx Tx) (err error) {
		if err := tx.Lock(x.about); err != nil {
			return err
		}
		if in, err = r.endClient(tx, x); err != nil {
			in = nil
		}
		return err
	})
	if err != nil {
		return err
	}
	r.hub.endOf(x.about, revocation.EndUnregistered)
	if err := r.remove(context.WithoutCancel(x.r.Context()), *in); err != nil {
		return err
	}
	r.recordChange(x.r.Context(), x.about, x.op.name, x.address)
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

func (r *Registrar) endClient(tx Tx, x *exchange) (*Intent, error) {
	c, err := ownClient(tx, x)
	if err != nil {
		return nil, err
	}
	registered, revoked, err := standing(tx, x.about)
	switch {
	case err != nil:
		return nil, err
	case revoked && c != nil:
		return nil, refuse(Revoked, nil)
	case c == nil || !registered:
		return nil, refuse(ClientUnknown, nil)
	}
	return r.intendEnd(tx, x.about)
}
