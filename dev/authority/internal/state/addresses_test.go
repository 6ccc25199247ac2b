package state

import (
	"errors"
	"net"
	"os"
	"testing"
)

var anyPort = Addresses{
	HydraPublic: "127.0.0.1:0", HydraAdmin: "127.0.0.1:0", StepCA: "127.0.0.1:0",
	Registrar: "127.0.0.1:0", RegistrarAdmin: "127.0.0.1:0", RegistrarWebhook: "127.0.0.1:0",
}

func TestResolve(t *testing.T) {
	remembered := Addresses{
		HydraPublic: "127.0.0.1:21001", HydraAdmin: "127.0.0.1:21002", StepCA: "127.0.0.1:21003",
		Registrar: "127.0.0.1:21004", RegistrarAdmin: "127.0.0.1:21005", RegistrarWebhook: "127.0.0.1:21006",
	}
	moved := remembered
	moved.HydraAdmin = "127.0.0.1:21009"
	for _, test := range []struct {
		name          string
		known, wanted Addresses
		want          Addresses
	}{
		{"nothing said and nothing known gives the defaults", Addresses{}, Addresses{}, DefaultAddresses()},
		{"nothing said gives what is known", remembered, Addresses{}, remembered},
		{"port 0 gives what is known", remembered, anyPort, remembered},
		{"a port replaces what is known", remembered, Addresses{HydraAdmin: "127.0.0.1:21009"}, moved},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := open(t)
			if test.known != (Addresses{}) {
				if _, err := d.Resolve(test.known); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 { // the second time shows that the answer was remembered
				got, err := d.Resolve(test.wanted)
				if err != nil || got != test.want {
					t.Errorf("got %+v, %v; want %+v", got, err, test.want)
				}
			}
		})
	}
}

func TestResolveChoosesDifferentFreePorts(t *testing.T) {
	got, err := open(t).Resolve(anyPort)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, address := range []string{got.HydraPublic, got.HydraAdmin, got.StepCA, got.Registrar, got.RegistrarAdmin, got.RegistrarWebhook} {
		if seen[address] {
			t.Errorf("%s was chosen twice", address)
		}
		seen[address] = true
		ln, err := net.Listen("tcp", address)
		if err != nil {
			t.Errorf("%s is not free: %v", address, err)
			continue
		}
		ln.Close()
	}
}

func TestResolveOnAnotherHostChoosesAnew(t *testing.T) {
	d := open(t)
	first, err := d.Resolve(anyPort)
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.Resolve(Addresses{StepCA: "localhost:0"})
	if err != nil {
		t.Fatal(err)
	}
	if host, _, _ := net.SplitHostPort(second.StepCA); host != "localhost" {
		t.Errorf("step-ca at %s, want localhost", second.StepCA)
	}
	if second.HydraPublic != first.HydraPublic {
		t.Errorf("Hydra moved from %s to %s", first.HydraPublic, second.HydraPublic)
	}
}

func TestResolveRefusesAddresses(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "0.0.0.0:4444", ":4444", "192.0.2.1:4444", "example.com:0", "127.0.0.1:-1", "127.0.0.1:65536", "127.0.0.1:http"} {
		if got, err := open(t).Resolve(Addresses{HydraAdmin: address}); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %+v, %v; want ErrAddress", address, got, err)
		}
	}
}

func TestResolveRefusesAMemoryItCannotRead(t *testing.T) {
	d := open(t)
	if err := os.WriteFile(d.Path(addressesFile), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Resolve(Addresses{}); err == nil {
		t.Error("a broken file was silently replaced, which would change the issuer")
	}
}
