package egress_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/egress"
)

// Each fault of the file is named with its peer, and what was in force stays so.
func TestTheFileOfPeers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "peers.yaml")
	write := func(text string, mode os.FileMode) {
		t.Helper()
		os.Remove(path)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	const good = "peers:\n  critic: {url: 'https://critic.example:3773/'}\n"
	write(good, 0o640)
	peers, err := egress.OpenPeers(path, false)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		text, want string
		mode       os.FileMode
	}{
		"plain HTTP":         {"peers: {a: {url: 'http://a.example'}}", `peer "a": url has to begin with https://`, 0o600},
		"no address":         {"peers: {a: {did: 'did:x:y'}}", `peer "a": url has to be an address`, 0o600},
		"a user name":        {"peers: {a: {url: 'https://u:p@a.example'}}", "must not have a user name", 0o600},
		"a bad name":         {"peers: {'../x': {url: 'https://a.example'}}", "a name is 1 to 63", 0o600},
		"a name in capitals": {"peers: {A: {url: 'https://a.example'}}", "a name is 1 to 63", 0o600},
		"a bad DID":          {"peers: {a: {url: 'https://a.example', did: nonsense}}", "did:", 0o600},
		"a key for nobody":   {"peers: {a: {url: 'https://a.example', key: x}}", "a key needs the did", 0o600},
		"a bad key":          {"peers: {a: {url: 'https://a.example', did: 'did:x:y', key: x}}", "key:", 0o600},
		"twice one address":  {"peers: {a: {url: 'https://a.example'}, b: {url: 'https://A.example:443/x'}}", `peer "b": a has the same host and port`, 0o600},
		"an unknown member":  {"peers: {a: {url: 'https://a.example', host: x}}", "host", 0o600},
		"two documents":      {good + "---\n" + good, "more than one document", 0o600},
		"no YAML":            {"peers: [", "yaml", 0o600},
		"everybody's":        {good, "everybody may write", 0o602},
		"too large":          {good + "#" + strings.Repeat("x", 1<<20), "larger than", 0o600},
	} {
		write(tt.text, tt.mode)
		if err := peers.Reload(); !errors.Is(err, egress.ErrFile) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := peers.Named("critic"); !ok || peers.Len() != 1 {
			t.Errorf("%s: what was in force is not any more", name)
		}
	}
	write("peers: {}\n", 0o600)
	if err := peers.Reload(); err != nil || peers.Len() != 0 {
		t.Errorf("nobody: %v, %d", err, peers.Len())
	}
	write("", 0o600)
	if err := peers.Reload(); err != nil || peers.Len() != 0 {
		t.Errorf("nothing: %v, %d", err, peers.Len())
	}
	os.Remove(path)
	if err := peers.Reload(); !errors.Is(err, egress.ErrFile) {
		t.Errorf("no file: %v", err)
	}
}
