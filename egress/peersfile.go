package egress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/getbindu/bindu-go/identity/did"
)

// peersFile is a file of peers as it is written.
type peersFile struct {
	Peers map[string]struct {
		URL string `yaml:"url"`
		DID string `yaml:"did"`
		Key string `yaml:"key"`
	} `yaml:"peers"`
}

// parsePeers reads a file of peers and reports all faults.
func parsePeers(data []byte, plain bool) (*list, error) {
	var f peersFile
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return nil, errors.New("it holds more than one document")
	}
	if len(f.Peers) > maxPeers {
		return nil, fmt.Errorf("it lists %d peers, at most %d are read", len(f.Peers), maxPeers)
	}
	l := &list{byName: make(map[string]Peer), byHost: make(map[string]Peer)}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(f.Peers)) {
		entry := f.Peers[name]
		p, err := newPeer(Peer{Name: name, URL: entry.URL}, entry.DID, entry.Key, plain)
		if other, taken := l.byHost[p.host]; err == nil && taken {
			err = fmt.Errorf("%s has the same host and port", other.Name)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("peer %q: %w", name, err))
			continue
		}
		l.byName[name], l.byHost[p.host] = p, p
	}
	return l, errors.Join(faults...)
}

func newPeer(p Peer, name, key string, plain bool) (Peer, error) {
	if !peerName.MatchString(p.Name) {
		return p, errors.New("a name is 1 to 63 of a-z, 0-9, - and _")
	}
	if err := p.checkURL(plain); err != nil {
		return p, err
	}
	var err error
	if name != "" {
		if p.DID, err = did.Parse(name); err != nil {
			return p, fmt.Errorf("did: %w", err)
		}
	}
	if key == "" {
		return p, nil
	}
	if p.DID.IsZero() {
		return p, errors.New("a key needs the did that it is for")
	}
	if p.Key, err = did.DecodePublicKey(key); err != nil {
		return p, fmt.Errorf("key: %w", err)
	}
	return p, nil
}
