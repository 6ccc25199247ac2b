package did

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// Files of a key pair in an agent's directory.
const (
	privateFile = "private.pem" // PKCS #8, plain or PBES2; 0600
	publicFile  = "public.pem"  // SubjectPublicKeyInfo; 0644

	privateMode fs.FileMode = 0o600
	publicMode  fs.FileMode = 0o644

	maxKeyFile = 16 << 10
)

const (
	pemPrivate   = "PRIVATE KEY"
	pemEncrypted = "ENCRYPTED PRIVATE KEY"
	pemPublic    = "PUBLIC KEY"
)

// LoadKeyPair reads private.pem and checks it against public.pem, which it
// writes when only that is missing. It never touches private.pem. password
// opens an ENCRYPTED PRIVATE KEY and must be empty for a plain one.
//
// Neither file there is [fs.ErrNotExist]. A damaged or truncated file, a
// public.pem of another key and a public.pem alone are [ErrKeyCorrupt]: a new
// key would be a new identity, so that is for a human to decide. A wrong
// password is [ErrKeyPassword]. Errors of dir pass through.
func LoadKeyPair(dir Files, password []byte) (*KeyPair, error) {
	data, err := dir.ReadFile(privateFile, privateMode, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, noPrivateFile(dir, err)
	}
	if errors.Is(err, safefile.ErrTooLarge) {
		return nil, fmt.Errorf("%w: %w", ErrKeyCorrupt, err)
	}
	if err != nil {
		return nil, err
	}
	k, err := parsePrivatePEM(data, password)
	if err != nil {
		return nil, err
	}
	if err := matchPublicFile(dir, k); err != nil {
		return nil, err
	}
	return k, nil
}

// SaveKeyPair stores k, encrypted when password is not empty. A key file that
// is there already is [ErrKeyExists] and stays as it is. The caller holds the
// directory's lock. After a crash half way, [LoadKeyPair] completes the pair.
func SaveKeyPair(dir Files, k *KeyPair, password []byte) error {
	for _, name := range []string{privateFile, publicFile} {
		switch there, err := exists(dir, name); {
		case err != nil:
			return err
		case there:
			return fmt.Errorf("%w: %s; it is never overwritten, move it away first", ErrKeyExists, name)
		}
	}
	data, err := encodePrivatePEM(k, password)
	if err != nil {
		return err
	}
	if err := dir.WriteFile(privateFile, data, privateMode); err != nil {
		return err
	}
	return writePublicFile(dir, k)
}

func noPrivateFile(dir Files, absent error) error {
	switch there, err := exists(dir, publicFile); {
	case err != nil:
		return err
	case there:
		return fmt.Errorf("%w: %s is missing although %s is there; restore it, or remove %[3]s too for a new identity",
			ErrKeyCorrupt, privateFile, publicFile)
	}
	return absent
}

// exists reports whether a file is there; what is there but unreadable or
// unsafe is an error.
func exists(dir Files, name string) (bool, error) {
	_, err := dir.ReadFile(name, publicMode, maxKeyFile)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err == nil, errors.Is(err, safefile.ErrTooLarge):
		return true, nil
	}
	return false, err
}

func matchPublicFile(dir Files, k *KeyPair) error {
	data, err := dir.ReadFile(publicFile, publicMode, maxKeyFile)
	if errors.Is(err, fs.ErrNotExist) {
		return writePublicFile(dir, k)
	}
	if errors.Is(err, safefile.ErrTooLarge) {
		return fmt.Errorf("%w: %w", ErrKeyCorrupt, err)
	}
	if err != nil {
		return err
	}
	pub, err := parsePublicPEM(data)
	if err != nil {
		return err
	}
	if !pub.Equal(k.PublicKey()) {
		return fmt.Errorf("%w: %s and %s are not one pair; restore both from one backup, or remove %[3]s if %[2]s is the right one",
			ErrKeyCorrupt, privateFile, publicFile)
	}
	return nil
}

func writePublicFile(dir Files, k *KeyPair) error {
	der, err := x509.MarshalPKIXPublicKey(k.PublicKey())
	if err != nil {
		return fmt.Errorf("encoding %s: %w", publicFile, err)
	}
	return dir.WriteFile(publicFile, pem.EncodeToMemory(&pem.Block{Type: pemPublic, Bytes: der}), publicMode)
}

func parsePublicPEM(data []byte) (ed25519.PublicKey, error) {
	if block, err := onlyBlock(data); err == nil && block.Type == pemPublic {
		key, err := x509.ParsePKIXPublicKey(block.Bytes)
		if pub, ok := key.(ed25519.PublicKey); ok && err == nil {
			return pub, nil
		}
	}
	return nil, fmt.Errorf("%w: %s is not an Ed25519 public key in PEM; remove it to have it written anew", ErrKeyCorrupt, publicFile)
}

func encodePrivatePEM(k *KeyPair, password []byte) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(k.private())
	if err != nil {
		return nil, fmt.Errorf("encoding %s: %w", privateFile, err)
	}
	if len(password) == 0 {
		return pem.EncodeToMemory(&pem.Block{Type: pemPrivate, Bytes: der}), nil
	}
	sealed, err := encryptPKCS8(rand.Reader, der, password, pbkdf2Iterations)
	if err != nil {
		return nil, fmt.Errorf("encrypting %s: %w", privateFile, err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemEncrypted, Bytes: sealed}), nil
}

func parsePrivatePEM(data, password []byte) (*KeyPair, error) {
	block, err := onlyBlock(data)
	if err != nil {
		return nil, err
	}
	switch {
	case block.Type == pemPrivate && len(password) == 0:
		return parsePKCS8(block.Bytes)
	case block.Type == pemPrivate:
		return nil, fmt.Errorf("%w: %s is not encrypted; unset the password, or encrypt the key", ErrKeyPassword, privateFile)
	case block.Type == pemEncrypted && len(password) == 0:
		return nil, fmt.Errorf("%w: %s is encrypted and no password is set", ErrKeyPassword, privateFile)
	case block.Type == pemEncrypted:
		der, err := decryptPKCS8(block.Bytes, password)
		if err != nil {
			return nil, err
		}
		k, err := parsePKCS8(der)
		if err != nil {
			return nil, errDecrypt()
		}
		return k, nil
	}
	return nil, corrupt("it holds no PRIVATE KEY")
}

// onlyBlock returns the one PEM block of data. The block must be the whole
// text, byte for byte as an encoder writes it, so that damage anywhere shows;
// only line ends may be CRLF.
func onlyBlock(data []byte) (*pem.Block, error) {
	text := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	block, _ := pem.Decode(text)
	if block == nil || len(block.Headers) != 0 {
		return nil, corrupt("it is empty, truncated or not PEM")
	}
	if want := pem.EncodeToMemory(block); !bytes.Equal(bytes.TrimRight(text, "\n"), bytes.TrimRight(want, "\n")) {
		return nil, corrupt("there is something beside one PEM block")
	}
	return block, nil
}

// parsePKCS8 accepts the one DER encoding that RFC 8410 gives a private key
// without attributes. Nothing but the seed can then change unnoticed, and a
// changed seed does not match public.pem.
func parsePKCS8(der []byte) (*KeyPair, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, corrupt("it is not PKCS #8")
	}
	private, ok := key.(ed25519.PrivateKey)
	if !ok {
		return nil, corrupt("it is not an Ed25519 key")
	}
	if again, err := x509.MarshalPKCS8PrivateKey(private); err != nil || !bytes.Equal(again, der) {
		return nil, corrupt("it has an unusual encoding; `openssl pkey` rewrites it")
	}
	return newKeyPair(private), nil
}

func corrupt(why string) error {
	return fmt.Errorf("%w: %s: %s; restore it from a backup (a new key is a new identity)", ErrKeyCorrupt, privateFile, why)
}
