package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
)

// ErrAddress means that an address is not one that this authority may listen on.
var ErrAddress = errors.New("unusable address")

const addressesFile = "addresses.json"

// Addresses are the places where an authority listens, each as host:port.
type Addresses struct {
	HydraPublic string `json:"hydra_public"`
	HydraAdmin  string `json:"hydra_admin"`
	StepCA      string `json:"step_ca"`

	Registrar        string `json:"registrar"`
	RegistrarAdmin   string `json:"registrar_admin"`
	RegistrarWebhook string `json:"registrar_webhook"`
}

// DefaultAddresses are used when neither a flag nor an earlier run says otherwise.
func DefaultAddresses() Addresses {
	return Addresses{
		HydraPublic: "127.0.0.1:4444", HydraAdmin: "127.0.0.1:4445", StepCA: "127.0.0.1:9000",
		Registrar: "127.0.0.1:3783", RegistrarAdmin: "127.0.0.1:3784", RegistrarWebhook: "127.0.0.1:3785",
	}
}

// Resolve decides where to listen and remembers the answer in the directory, because the issuer's URL stands in every
// token and certificate and must not change with a restart.
//
// An empty address means the remembered one, or else the default. Port 0 means the remembered one, or else a free port.
// Any other address replaces what was remembered.
func (d *Dir) Resolve(wanted Addresses) (Addresses, error) {
	known, err := d.addresses()
	if err != nil {
		return Addresses{}, err
	}
	chooser := portChooser{}
	defer chooser.close()
	fallback := DefaultAddresses()
	for _, a := range []struct {
		name                    string
		wanted, known, fallback *string
	}{
		{"hydra-public", &wanted.HydraPublic, &known.HydraPublic, &fallback.HydraPublic},
		{"hydra-admin", &wanted.HydraAdmin, &known.HydraAdmin, &fallback.HydraAdmin},
		{"step-ca", &wanted.StepCA, &known.StepCA, &fallback.StepCA},
		{"registrar", &wanted.Registrar, &known.Registrar, &fallback.Registrar},
		{"registrar-admin", &wanted.RegistrarAdmin, &known.RegistrarAdmin, &fallback.RegistrarAdmin},
		{"registrar-webhook", &wanted.RegistrarWebhook, &known.RegistrarWebhook, &fallback.RegistrarWebhook},
	} {
		if *a.known, err = chooser.choose(*a.wanted, *a.known, *a.fallback); err != nil {
			return Addresses{}, fmt.Errorf("--%s: %w", a.name, err)
		}
	}
	data, err := json.MarshalIndent(known, "", "  ")
	if err != nil {
		return Addresses{}, err
	}
	return known, d.Write(addressesFile, append(data, '\n'))
}

func (d *Dir) addresses() (Addresses, error) {
	data, err := os.ReadFile(d.Path(addressesFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Addresses{}, nil
	}
	if err != nil {
		return Addresses{}, err
	}
	var known Addresses
	if err := json.Unmarshal(data, &known); err != nil {
		return Addresses{}, fmt.Errorf("%s: %w; remedy: remove the file", d.Path(addressesFile), err)
	}
	return known, nil
}

// portChooser keeps the free ports it found occupied until all are chosen, so that no port is chosen twice.
type portChooser struct{ held []net.Listener }

func (c *portChooser) choose(wanted, known, fallback string) (string, error) {
	if wanted == "" && known == "" {
		wanted = fallback
	}
	if wanted == "" {
		wanted = known
	}
	host, port, err := splitLoopback(wanted)
	if err != nil {
		return "", err
	}
	if port != 0 {
		return wanted, nil
	}
	if knownHost, knownPort, err := splitLoopback(known); err == nil && knownHost == host && knownPort != 0 {
		return known, nil
	}
	return c.free(host)
}

// free finds a port below the range from which systems take the local ports of outgoing connections: one of those could
// occupy the port while its owner is down for a restart.
func (c *portChooser) free(host string) (string, error) {
	const first, count, attempts = 20000, 12000, 100
	var err error
	for range attempts {
		address := net.JoinHostPort(host, strconv.Itoa(first+rand.IntN(count)))
		ln, listenErr := net.Listen("tcp", address)
		if listenErr == nil {
			c.held = append(c.held, ln)
			return address, nil
		}
		err = listenErr
	}
	return "", fmt.Errorf("no free port in %d attempts: %w", attempts, err)
}

func (c *portChooser) close() {
	for _, ln := range c.held {
		_ = ln.Close() // nothing was accepted on it
	}
}

// splitLoopback admits loopback hosts only: Hydra's admin API asks nobody who they are.
func splitLoopback(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("%w: %q is not host:port, for example 127.0.0.1:0", ErrAddress, address)
	}
	port, err = strconv.Atoi(text)
	if err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("%w: %q has no port number between 0 and 65535", ErrAddress, address)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return "", 0, fmt.Errorf("%w: %q is not a loopback host; this authority is for one machine, use docker compose for more",
			ErrAddress, host)
	}
	return host, port, nil
}
