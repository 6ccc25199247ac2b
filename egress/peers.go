package egress

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/getbindu/bindu-go/identity/did"
)

// ErrFile: the file of peers cannot be used. Its text says why.
var ErrFile = errors.New("the peers file")

const (
	maxFileBytes = 1 << 20
	maxPeers     = 1000
)

// Peer is an agent that may be called.
type Peer struct {
	// Name is what local programs call it.
	Name string
	// URL is where its card is, without a slash at its end.
	URL string
	// DID is who must answer; zero is whoever was met there first.
	DID did.DID
	// Key is the one that its DID must have; nil is the one that is known for it.
	Key ed25519.PublicKey

	host string // host:port of URL
}

// same reports whether two entries are about one agent.
func (p Peer) same(other Peer) bool {
	return p.Name == other.Name && p.URL == other.URL && p.DID == other.DID && p.Key.Equal(other.Key)
}

// list is a file that was read.
type list struct {
	byName map[string]Peer
	byHost map[string]Peer
}

// Peers are whom the operator lists. They are safe for concurrent use.
type Peers struct {
	path   string
	plain  bool
	reload sync.Mutex
	sum    [sha256.Size]byte // of what is in force
	listed atomic.Pointer[list]
}

// OpenPeers reads the file of peers at path. plain says that peers are spoken to without
// TLS, so that their addresses begin with http://. Errors: [ErrFile].
func OpenPeers(path string, plain bool) (*Peers, error) {
	p := &Peers{path: path, plain: plain}
	return p, p.Reload()
}

// Reload reads the file again. What it said before stays in force if it is at fault.
// Errors: [ErrFile].
func (p *Peers) Reload() error {
	p.reload.Lock()
	defer p.reload.Unlock()
	data, err := readPeers(p.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrFile, err)
	}
	sum := sha256.Sum256(data)
	if p.listed.Load() != nil && sum == p.sum {
		return nil
	}
	l, err := parsePeers(data, p.plain)
	if err != nil {
		return fmt.Errorf("%w %s: %w", ErrFile, p.path, err)
	}
	p.sum = sum
	p.listed.Store(l)
	return nil
}

// readPeers refuses a file that everybody may write: it says whom the agent calls.
func readPeers(path string) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file", path)
	case info.Mode().Perm()&0o002 != 0:
		return nil, fmt.Errorf("everybody may write %s, which says whom this agent calls; chmod o-w", path)
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err == nil && len(data) > maxFileBytes {
		err = fmt.Errorf("%s is larger than %d bytes", path, maxFileBytes)
	}
	return data, err
}

// Named returns the peer of a name.
func (p *Peers) Named(name string) (Peer, bool) {
	found, ok := p.listed.Load().byName[name]
	return found, ok
}

// At returns the peer at host:port.
func (p *Peers) At(host string) (Peer, bool) {
	found, ok := p.listed.Load().byHost[strings.ToLower(host)]
	return found, ok
}

// Len is how many are listed.
func (p *Peers) Len() int { return len(p.listed.Load().byName) }

var peerName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// checkURL completes a peer by its address.
func (p *Peer) checkURL(plain bool) error {
	u, err := url.Parse(p.URL)
	scheme, port := "https", "443"
	if plain {
		scheme, port = "http", "80"
	}
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return errors.New("url has to be an address such as https://host:3773")
	case u.Scheme != scheme:
		return fmt.Errorf("url has to begin with %s://, as mutual TLS is on or off", scheme)
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return errors.New("url must not have a user name, query or fragment")
	}
	if u.Port() != "" {
		port = u.Port()
	}
	p.URL = strings.TrimRight(p.URL, "/")
	p.host = strings.ToLower(net.JoinHostPort(u.Hostname(), port))
	return nil
}
