package mtls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

const (
	typeCertificate = "CERTIFICATE"
	typePrivateKey  = "PRIVATE KEY"
	// maxRoots bounds a bundle; a CA has one root, two while it replaces it.
	maxRoots = 64
)

var errPEM = errors.New("PEM is malformed")

// pemBlocks splits a file into at most limit blocks of one type. Comments
// around the blocks are passed over; a block that is cut or damaged is an
// error, where pem.Decode would skip it in silence.
func pemBlocks(data []byte, blockType string, limit int) ([]*pem.Block, error) {
	want := max(bytes.Count(data, []byte("-----BEGIN ")), bytes.Count(data, []byte("-----END ")))
	switch {
	case want == 0:
		return nil, fmt.Errorf("%w: no %s block", errPEM, blockType)
	case want > limit:
		return nil, fmt.Errorf("%w: more than %d blocks", errPEM, limit)
	}
	blocks := make([]*pem.Block, 0, want)
	for {
		block, rest := pem.Decode(data)
		if block == nil {
			break
		}
		if block.Type != blockType {
			return nil, fmt.Errorf("%w: %s instead of %s", errPEM, block.Type, blockType)
		}
		blocks, data = append(blocks, block), rest
	}
	if len(blocks) != want {
		return nil, fmt.Errorf("%w: a block is cut or damaged", errPEM)
	}
	return blocks, nil
}

func parseCertificates(data []byte, limit int) ([]*x509.Certificate, error) {
	blocks, err := pemBlocks(data, typeCertificate, limit)
	if err != nil {
		return nil, err
	}
	certs := make([]*x509.Certificate, 0, len(blocks))
	for _, block := range blocks {
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", errPEM, err)
		}
		certs = append(certs, cert)
	}
	return certs, nil
}

// ParseRoots reads certificates of CAs from PEM, with comments around them. It
// refuses blocks that are cut or damaged, an empty list, and more than a CA
// could have while it replaces its root; [ErrBadRoots] where one is no CA's.
func ParseRoots(data []byte) ([]*x509.Certificate, error) {
	roots, err := parseCertificates(data, maxRoots)
	if err != nil {
		return nil, err
	}
	return roots, checkRoots(roots)
}

// parseKey reads a PKCS#8 EC key, the form the Python reference writes too.
func parseKey(data []byte) (*ecdsa.PrivateKey, error) {
	blocks, err := pemBlocks(data, typePrivateKey, 1)
	if err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(blocks[0].Bytes)
	if err != nil {
		// The error of crypto/x509 could quote the key.
		return nil, fmt.Errorf("%w: not a PKCS#8 private key", errPEM)
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%w: not an EC key", errPEM)
	}
	return ec, nil
}

func encodeKey(key any) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode private key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: typePrivateKey, Bytes: der}), nil
}

func encodeCertificates(ders [][]byte) []byte {
	var out bytes.Buffer
	for _, der := range ders {
		out.Write(pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: der}))
	}
	return out.Bytes()
}
