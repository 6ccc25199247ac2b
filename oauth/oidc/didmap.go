package oidc

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	maxDIDMapBytes = 1 << 20
	maxDIDBytes    = 512
)

// DIDMap says which DID a client of an issuer speaks for. It is read from a JSON
// file and safe for concurrent use:
//
//	{"clients": [
//	  {"issuer": "https://tenant.eu.auth0.com/", "client": "AbC123",
//	   "subject": "AbC123@clients", "did": "did:bindu:…"}
//	]}
//
// subject is optional. With it, only tokens with that sub are meant; an issuer
// that gives users tokens through the same client needs it, or a signed-in user
// would speak for the client.
type DIDMap struct {
	path    string
	reload  sync.Mutex
	sum     [sha256.Size]byte // of the content in force
	entries atomic.Pointer[map[didMapKey]string]
}

type didMapKey struct{ issuer, client, subject string }

type didMapEntry struct {
	Issuer  string `json:"issuer"`
	Client  string `json:"client"`
	Subject string `json:"subject"`
	DID     string `json:"did"`
}

// LoadDIDMap reads the file at path. Errors wrap [ErrDIDMap] or are those of the
// file system.
func LoadDIDMap(path string) (*DIDMap, error) {
	m := &DIDMap{path: path}
	if err := m.Reload(); err != nil {
		return nil, err
	}
	return m, nil
}

// Reload reads the file again. If it is broken, the entries stay as they were.
// An unchanged file is not parsed again.
func (m *DIDMap) Reload() error {
	m.reload.Lock()
	defer m.reload.Unlock()
	data, err := readDIDMap(m.path)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	if m.entries.Load() != nil && sum == m.sum {
		return nil
	}
	entries, err := parseDIDMap(data)
	if err != nil {
		return fmt.Errorf("%s: %w", m.path, err)
	}
	m.sum = sum
	m.entries.Store(&entries)
	return nil
}

// Lookup returns the DID of a client. An entry with the subject comes before one
// without. A nil map has no entries.
func (m *DIDMap) Lookup(issuer, client, subject string) (did string, ok bool) {
	if m == nil {
		return "", false
	}
	entries := *m.entries.Load()
	if subject != "" {
		if did, ok = entries[didMapKey{issuer, client, subject}]; ok {
			return did, true
		}
	}
	did, ok = entries[didMapKey{issuer: issuer, client: client}]
	return did, ok
}

// readDIDMap refuses a file that everybody may write: whoever writes it decides
// who is who.
func readDIDMap(path string) (data []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDIDMap, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDIDMap, err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o002 != 0 {
		return nil, fmt.Errorf("%w: %s has mode %v; it must be a regular file that not everybody may write (chmod o-w)", ErrDIDMap, path, info.Mode())
	}
	data, err = io.ReadAll(io.LimitReader(f, maxDIDMapBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDIDMap, err)
	}
	if len(data) > maxDIDMapBytes {
		return nil, fmt.Errorf("%w: %s is larger than %d bytes", ErrDIDMap, path, maxDIDMapBytes)
	}
	return data, nil
}

func parseDIDMap(data []byte) (map[didMapKey]string, error) {
	var doc struct {
		Clients []didMapEntry `json:"clients"`
	}
	if err := unmarshalStrict(data, &doc); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDIDMap, err)
	}
	entries := make(map[didMapKey]string, len(doc.Clients))
	for i, e := range doc.Clients {
		if e.Issuer == "" || e.Client == "" {
			return nil, fmt.Errorf("%w: entry %d lacks an issuer or a client", ErrDIDMap, i+1)
		}
		if !plausibleDID(e.DID) {
			return nil, fmt.Errorf("%w: entry %d: %q is not a DID", ErrDIDMap, i+1, clip(e.DID))
		}
		key := didMapKey{e.Issuer, e.Client, e.Subject}
		if _, ok := entries[key]; ok {
			return nil, fmt.Errorf("%w: entry %d names the same issuer, client and subject as one before", ErrDIDMap, i+1)
		}
		entries[key] = e.DID
	}
	return entries, nil
}

// plausibleDID keeps out what cannot be a DID (DID Core section 3.1). The gate
// parses it properly.
func plausibleDID(s string) bool {
	if len(s) > maxDIDBytes || !strings.HasPrefix(s, "did:") {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("/#?", c) >= 0 {
			return false
		}
	}
	return strings.Count(s, ":") >= 2 && !strings.HasSuffix(s, ":")
}
