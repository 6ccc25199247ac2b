package did

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"hash"
	"io"
)

// Parameters of PBES2 (RFC 8018): what is written, and what is accepted. A
// damaged iteration count must not keep an agent busy for hours at boot.
const (
	pbkdf2Iterations    = 600_000
	maxPBKDF2Iterations = 10_000_000
	pbkdf2SaltSize      = 16
	aes256KeySize       = 32
	maxEncryptedKey     = 4 << 10
)

var (
	oidPBES2          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPBKDF2         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	oidHMACWithSHA1   = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 7}
	oidHMACWithSHA256 = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	oidAES256CBC      = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 42}
)

// encryptedKey is EncryptedPrivateKeyInfo (RFC 5958 section 3) with PBES2,
// PBKDF2 and AES-CBC parameters (RFC 8018 appendix A and B) in place.
type encryptedKey struct {
	Algorithm struct {
		ID     asn1.ObjectIdentifier
		Params struct {
			KDF struct {
				ID     asn1.ObjectIdentifier
				Params pbkdf2Params
			}
			Cipher struct {
				ID asn1.ObjectIdentifier
				IV []byte
			}
		}
	}
	Data []byte
}

type pbkdf2Params struct {
	Salt       []byte
	Iterations int
	KeyLength  int                      `asn1:"optional"`
	PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
}

// encryptPKCS8 seals a PKCS #8 key with PBKDF2-HMAC-SHA256 and AES-256-CBC,
// which OpenSSL and Python's cryptography read.
func encryptPKCS8(random io.Reader, der, password []byte, iterations int) ([]byte, error) {
	salt, iv := make([]byte, pbkdf2SaltSize), make([]byte, aes.BlockSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(random, iv); err != nil {
		return nil, err
	}
	var e encryptedKey
	params := &e.Algorithm.Params
	e.Algorithm.ID, params.KDF.ID, params.Cipher.ID = oidPBES2, oidPBKDF2, oidAES256CBC
	params.KDF.Params = pbkdf2Params{Salt: salt, Iterations: iterations,
		PRF: pkix.AlgorithmIdentifier{Algorithm: oidHMACWithSHA256, Parameters: asn1.NullRawValue}}
	params.Cipher.IV = iv
	block, err := e.block(password)
	if err != nil {
		return nil, err
	}
	n := aes.BlockSize - len(der)%aes.BlockSize
	e.Data = append(bytes.Clone(der), bytes.Repeat([]byte{byte(n)}, n)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(e.Data, e.Data)
	return asn1.Marshal(e)
}

// decryptPKCS8 opens what encryptPKCS8, OpenSSL or the Python reference sealed.
// Damaged parameters are [ErrKeyCorrupt]; a password that does not open it is
// [ErrKeyPassword], which damage to the ciphertext cannot be told from.
func decryptPKCS8(der, password []byte) ([]byte, error) {
	var e encryptedKey
	if rest, err := asn1.Unmarshal(der, &e); err != nil || len(rest) != 0 || !e.supported() {
		return nil, corrupt("its encryption is damaged or not PBES2 with PBKDF2 and AES-256-CBC, which `openssl pkcs8 -topk8` writes")
	}
	block, err := e.block(password)
	if err != nil {
		return nil, err
	}
	plain := make([]byte, len(e.Data))
	cipher.NewCBCDecrypter(block, e.Algorithm.Params.Cipher.IV).CryptBlocks(plain, e.Data)
	n := int(plain[len(plain)-1])
	if n == 0 || n > aes.BlockSize || !bytes.HasSuffix(plain, bytes.Repeat([]byte{byte(n)}, n)) {
		return nil, errDecrypt()
	}
	return plain[:len(plain)-n], nil
}

func errDecrypt() error {
	return fmt.Errorf("%w: %s does not open; check the password, or restore the file from a backup", ErrKeyPassword, privateFile)
}

// supported also checks the lengths on which crypto/cipher would panic.
func (e *encryptedKey) supported() bool {
	kdf, scheme := e.Algorithm.Params.KDF, e.Algorithm.Params.Cipher
	return e.Algorithm.ID.Equal(oidPBES2) && kdf.ID.Equal(oidPBKDF2) && scheme.ID.Equal(oidAES256CBC) &&
		kdf.Params.prf() != nil && 0 < kdf.Params.Iterations && kdf.Params.Iterations <= maxPBKDF2Iterations &&
		(kdf.Params.KeyLength == 0 || kdf.Params.KeyLength == aes256KeySize) &&
		len(scheme.IV) == aes.BlockSize &&
		0 < len(e.Data) && len(e.Data) <= maxEncryptedKey && len(e.Data)%aes.BlockSize == 0
}

// prf returns nil for an unsupported function. HMAC-SHA1 is the default of the
// standard, for files of older tools; we write HMAC-SHA256.
func (p *pbkdf2Params) prf() func() hash.Hash {
	if params := p.PRF.Parameters.FullBytes; len(params) != 0 && !bytes.Equal(params, asn1.NullBytes) {
		return nil
	}
	switch id := p.PRF.Algorithm; {
	case id == nil, id.Equal(oidHMACWithSHA1):
		return sha1.New
	case id.Equal(oidHMACWithSHA256):
		return sha256.New
	}
	return nil
}

func (e *encryptedKey) block(password []byte) (cipher.Block, error) {
	p := &e.Algorithm.Params.KDF.Params
	key, err := pbkdf2.Key(p.prf(), string(password), p.Salt, p.Iterations, aes256KeySize)
	if err != nil {
		return nil, fmt.Errorf("deriving the key of %s: %w", privateFile, err)
	}
	return aes.NewCipher(key)
}
