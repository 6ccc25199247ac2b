package registrar

import (
	"context"
	"errors"

	"github.com/getbindu/bindu-go/identity/did"
)

// Errors of [Clients].
var (
	// ErrNoClient: the authorization server has no such client.
	ErrNoClient = errors.New("no such client at the authorization server")
	// ErrRefused: the authorization server refused a document and has changed nothing.
	ErrRefused = errors.New("the authorization server refused the client document")
)

// Clients is the client registry of the authorization server. It knows no
// conditional writes: the last one wins. An error that is none of this package's
// says nothing about whether a write took place, or will. No error holds a document.
type Clients interface {
	// Get returns the document of a client, which never has its secret, or
	// [ErrNoClient].
	Get(ctx context.Context, d did.DID) (document []byte, err error)
	// List returns the documents of one page of all clients, those of others included,
	// beginning with the page "", and the next page, "" after the last.
	List(ctx context.Context, page string) (documents [][]byte, next string, err error)
	// Put writes the whole document, with its secret, as one: what it leaves out is
	// reset. A client that is not there is created. [ErrRefused] if it was not taken.
	Put(ctx context.Context, d did.DID, document []byte) error
	// Delete deletes a client. One that is not there is no error.
	Delete(ctx context.Context, d did.DID) error
	// RevokeTokens ends the tokens of a client. One that is not there is no error.
	RevokeTokens(ctx context.Context, d did.DID) error
}
