package did

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrSealed: what is to be unsealed was not sealed with this key for that purpose, or was
// changed.
var ErrSealed = errors.New("it was not sealed with this key")

// sealingLabel is part of what is stored: with another nothing could be unsealed.
const sealingLabel = "bindu sealing key 1"

// Seal encrypts what only holders of k may read: AES-256-GCM with a random nonce in front,
// under HKDF-SHA256 (RFC 5869) of the seed, without salt, labelled "bindu sealing key 1".
// purpose says what it is and is needed to unseal it. No more than 2^32 texts may be sealed
// with one key.
func (k *KeyPair) Seal(purpose string, text []byte) ([]byte, error) {
	aead, err := k.sealing()
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	return aead.Seal(nonce, nonce, text, []byte(purpose)), nil
}

// Unseal returns what was sealed for that purpose. Errors: [ErrSealed].
func (k *KeyPair) Unseal(purpose string, sealed []byte) ([]byte, error) {
	aead, err := k.sealing()
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, ErrSealed
	}
	text, err := aead.Open(nil, sealed[:aead.NonceSize()], sealed[aead.NonceSize():], []byte(purpose))
	if err != nil {
		return nil, ErrSealed
	}
	return text, nil
}

func (k *KeyPair) sealing() (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, k.private().Seed(), nil, sealingLabel, 32)
	if err != nil {
		return nil, fmt.Errorf("deriving the sealing key: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
