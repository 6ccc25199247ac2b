package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/getbindu/bindu-go/agent"
	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/peer"
)

// evidenceFile is where a call keeps what was signed. It is made before anything is sent,
// and replaces no other file; where nothing was signed it is removed again.
type evidenceFile struct {
	file *os.File

	mu  sync.Mutex
	all []evidence.Exchange
}

const evidenceHint = "name a file that does not exist yet, in a directory that may be written"

// newEvidence makes the file; "" makes none, and nil does nothing.
func newEvidence(path string) (*evidenceFile, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, notKept(err)
	}
	return &evidenceFile{file: file}, nil
}

func notKept(err error) error {
	return &reasonedError{"evidence_not_saved", evidenceHint, fmt.Errorf("--evidence: %w", err)}
}

// demand has every answer of the peer kept, which has to sign them. Nothing was sent yet.
func (e *evidenceFile) demand(ctx context.Context, p peer.Peer) (context.Context, error) {
	switch {
	case e == nil:
		return ctx, nil
	case !p.SignedAnswers:
		return ctx, &reasonedError{"answer_unsigned", "nothing was sent; without --evidence the agent can be called as it is", errors.New("the card of the peer is not verified, or does not say that it signs its answers")}
	}
	return peer.Recorded(ctx, e.add), nil
}

// add keeps an exchange. Of more than a record has room for only the latest is kept beside
// the first ones: those between ask how far the task is.
func (e *evidenceFile) add(x evidence.Exchange) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.all) == evidence.MaxExchanges {
		e.all = e.all[:len(e.all)-1]
	}
	e.all = append(e.all, x)
}

// save writes the record, or removes the file where there is nothing to write.
func (e *evidenceFile) save(caller *agent.Caller, p peer.Peer, errOut io.Writer) error {
	if e == nil {
		return nil
	}
	name, key := caller.Self()
	return e.write(evidence.Party{DID: name, Key: key}, evidence.Party{DID: p.DID, Key: p.Key}, errOut)
}

func (e *evidenceFile) write(caller, called evidence.Party, errOut io.Writer) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.all) == 0 {
		return e.discard()
	}
	r := evidence.Record{Caller: caller, Agent: called, Exchanges: e.all}
	raw, err := r.Encode()
	if err == nil { // before anybody is told that it proves anything
		_, err = r.Verify(map[did.DID]ed25519.PublicKey{caller.DID: caller.Key, called.DID: called.Key})
	}
	if err == nil {
		_, err = e.file.Write(raw)
	}
	if err == nil {
		err = e.file.Sync()
	}
	if err = errors.Join(err, e.file.Close()); err != nil {
		return notKept(errors.Join(err, os.Remove(e.file.Name())))
	}
	proves := "agent verify --evidence proves it"
	if slices.ContainsFunc(e.all, func(x evidence.Exchange) bool { return x.Answer.Incomplete }) {
		proves += "; a stream broke off, and only what came up to there is in it"
	}
	_, err = fmt.Fprintf(errOut, "evidence: %s (%s)\n", e.file.Name(), proves)
	return err
}

// discard removes the file.
func (e *evidenceFile) discard() error {
	if e == nil {
		return nil
	}
	return errors.Join(e.file.Close(), os.Remove(e.file.Name()))
}
