package oidc

import (
	"errors"

	"github.com/getbindu/bindu-go/internal/brief"
)

var (
	// ErrConfig: a setting cannot work or would not be safe; the text names the
	// setting and the remedy.
	ErrConfig = errors.New("oidc configuration")
	// ErrDIDMap: the DID map file is not of the expected form.
	ErrDIDMap = errors.New("DID map")
	// ErrClientRejected: the authority refused our own client credentials or
	// what was asked for with them; asking again will not help.
	ErrClientRejected = errors.New("client credentials rejected")
	// ErrClosed: the source was closed.
	ErrClosed = errors.New("closed")
)

// Why a text is not the JSON object that was expected. They are parts of a
// sentence and leave the offending text out, which may be part of a token.
var (
	errNotObject = errors.New("is not a JSON object")
	errTooDeep   = errors.New("is nested too deeply")
	errBadJSON   = errors.New("is not strict JSON with values of the right type (duplicate keys are refused)")
)

// clip shortens a foreign text for an error message.
func clip(s string) string { return brief.Text(s) }
