package postgrestest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

var errNotInstalled = errors.New("initdb is neither on the PATH nor under /usr/lib/postgresql")

// installation is where the programs are, and who runs them.
type installation struct {
	dir string
	as  *syscall.Credential // nil: this user
}

func find() (*installation, error) {
	program, err := exec.LookPath("initdb")
	if err != nil {
		all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // where Debian has it
		if len(all) == 0 {
			return nil, errNotInstalled
		}
		program = all[len(all)-1]
	}
	i := &installation{dir: filepath.Dir(program)}
	if os.Geteuid() != 0 {
		return i, nil
	}
	i.as, err = somebody()
	return i, err
}

func (i *installation) program(name string) string { return filepath.Join(i.dir, name) }

// somebody is who is not root.
func somebody() (*syscall.Credential, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
	}
	return nil, errors.New("root cannot run PostgreSQL, and there is neither a user postgres nor nobody")
}

// directory makes one whose path is short enough for a socket, which those of tests are not.
func (i *installation) directory() (string, error) {
	dir, err := os.MkdirTemp("", "postgrestest-")
	if err != nil {
		return "", err
	}
	return dir, i.own(dir)
}

// initialise makes the data of a server.
func (i *installation) initialise(dir string) error {
	password := filepath.Join(dir, "password")
	if err := i.write(password, []byte(Password)); err != nil {
		return err
	}
	cmd := i.command(i.program("initdb"), "-D", filepath.Join(dir, "data"), "-U", Superuser, "--pwfile="+password,
		"-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, said)
	}
	return os.Remove(password)
}

// certify makes a certificate that vouches for itself.
func (i *installation) certify(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a database"}, NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	leaf, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	return errors.Join(
		i.write(filepath.Join(dir, "server.crt"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf})),
		i.write(filepath.Join(dir, "server.key"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
}

func (i *installation) write(path string, data []byte) error {
	return errors.Join(os.WriteFile(path, data, 0o600), i.own(path))
}
