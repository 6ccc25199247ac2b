package agent

import (
	"errors"
	"fmt"

	"github.com/getbindu/bindu-go/egress"
	"github.com/getbindu/bindu-go/home"
	"github.com/getbindu/bindu-go/settings"
)

// openPeers reads whom local programs may call.
func openPeers(set settings.Settings) (*egress.Peers, error) {
	peers, err := egress.OpenPeers(string(set.Egress.PeersFile), !bool(set.MTLS.Enabled))
	if err != nil {
		return nil, fmt.Errorf("EGRESS__PEERS_FILE: %w", err)
	}
	return peers, nil
}

// ErrNoPeer: the peers file does not list a peer of that name.
var ErrNoPeer = errors.New("no such peer is listed")

// ForgetPeer has the next call of a listed peer see anew who answers there, and says
// whether anything was remembered. Errors: [ErrNoPeer], [egress.ErrFile], those of
// [home.Enter].
func ForgetPeer(set settings.Settings, name string) (known bool, err error) {
	peers, err := openPeers(set)
	if err != nil {
		return false, err
	}
	p, listed := peers.Named(name)
	if !listed {
		return false, fmt.Errorf("%w: %q in %s", ErrNoPeer, name, set.Egress.PeersFile)
	}
	h, err := home.Enter(string(set.Agent.Dir))
	if err != nil {
		return false, err
	}
	kept, err := h.Pins()
	if err != nil {
		return false, err
	}
	return kept.Forget(p.URL)
}
