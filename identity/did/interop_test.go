package did_test

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/mr-tron/base58"
	"github.com/youmark/pkcs8"

	"github.com/getbindu/bindu-go/identity/did"
)

func openssl(t *testing.T, args ...string) []byte {
	t.Helper()
	path, err := exec.LookPath("openssl")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("SKIPPED: no openssl command here to check key files against")
	}
	var stderr bytes.Buffer
	cmd := exec.Command(path, args...)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, stderr.String())
	}
	return out
}

func TestOpenSSLReadsOurKeys(t *testing.T) {
	for name, password := range map[string]string{"plain": "", "encrypted": "correct horse"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := openDir(t)
			if err := did.SaveKeyPair(dir, keyPair(t, zeroSeed), []byte(password)); err != nil {
				t.Fatal(err)
			}
			public := openssl(t, "pkey", "-in", filepath.Join(dir.Path(), "private.pem"), "-passin", "pass:"+password, "-pubout")
			if !bytes.Equal(public, get(t, dir, "public.pem")) {
				t.Errorf("openssl derives %q, we wrote %q", public, get(t, dir, "public.pem"))
			}
		})
	}
}

func TestWeReadOpenSSLKeys(t *testing.T) {
	for name, args := range map[string][]string{
		"plain":                 {"pkey"},
		"AES-256-CBC, SHA-256":  {"pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "1000", "-passout", "pass:secret"},
		"AES-256-CBC, SHA-1":    {"pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA1", "-iter", "1000", "-passout", "pass:secret"},
		"openssl pkey -aes256":  {"pkey", "-aes-256-cbc", "-passout", "pass:secret"},
		"openssl pkcs8 default": {"pkcs8", "-topk8", "-passout", "pass:secret"},
	} {
		t.Run(name, func(t *testing.T) {
			generated := filepath.Join(t.TempDir(), "key.pem")
			openssl(t, "genpkey", "-algorithm", "ed25519", "-out", generated)
			dir := openDir(t)
			put(t, dir, "private.pem", openssl(t, append(args, "-in", generated)...), 0o600)
			put(t, dir, "public.pem", openssl(t, "pkey", "-in", generated, "-pubout"), 0o644)
			var password []byte
			if name != "plain" {
				password = []byte("secret")
			}
			k, err := did.LoadKeyPair(dir, password)
			if err != nil {
				t.Fatal(err)
			}
			checkWithOpenSSL(t, generated, k)
		})
	}
}

// checkWithOpenSSL compares signatures: Ed25519 is deterministic.
func checkWithOpenSSL(t *testing.T, keyFile string, k *did.KeyPair) {
	t.Helper()
	message := filepath.Join(t.TempDir(), "message")
	if err := os.WriteFile(message, []byte("message"), 0o600); err != nil {
		t.Fatal(err)
	}
	sig := openssl(t, "pkeyutl", "-sign", "-rawin", "-inkey", keyFile, "-in", message)
	if base58.Encode(sig) != signText(t, k, "message") {
		t.Error("openssl and we sign the same message with different keys")
	}
}

// A second Go implementation of PBES2 reads what we write, and we what it writes.
func TestAnotherPBES2Implementation(t *testing.T) {
	t.Parallel()
	dir, k := openDir(t), keyPair(t, zeroSeed)
	if err := did.SaveKeyPair(dir, k, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(get(t, dir, "private.pem"))
	key, err := pkcs8.ParsePKCS8PrivateKey(block.Bytes, []byte("secret"))
	if private, ok := key.(ed25519.PrivateKey); err != nil || !ok || !k.PublicKey().Equal(private.Public()) {
		t.Errorf("it reads %T, %v", key, err)
	}
	for _, hash := range []crypto.Hash{crypto.SHA1, crypto.SHA256} {
		opts := &pkcs8.Opts{Cipher: pkcs8.AES256CBC, KDFOpts: pkcs8.PBKDF2Opts{SaltSize: 8, IterationCount: 100, HMACHash: hash}}
		put(t, dir, "private.pem", fastEncrypted(t, "secret", opts), 0o600)
		got, err := did.LoadKeyPair(dir, []byte("secret"))
		if err != nil || !got.PublicKey().Equal(k.PublicKey()) {
			t.Errorf("%v: we read %v, %v", hash, got, err)
		}
	}
}

// The files of a directory made by the Python reference have the encoding that
// its library writes; ours must be the same bytes.
func TestKeyFilesAreTheUsualEncoding(t *testing.T) {
	dir := saved(t)
	const want = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n-----END PRIVATE KEY-----\n"
	if got := string(get(t, dir, "private.pem")); got != want {
		t.Errorf("private.pem is %q, want %q", got, want)
	}
	block, rest := pem.Decode(get(t, dir, "public.pem"))
	pub, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil || len(rest) != 0 || !keyPair(t, zeroSeed).PublicKey().Equal(pub.(ed25519.PublicKey)) {
		t.Errorf("public.pem holds %v, %v", pub, err)
	}
}
