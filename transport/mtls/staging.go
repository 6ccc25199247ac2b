package mtls

import (
	"bytes"
	"encoding/pem"
	"fmt"
)

// headerFile says in the staging file where a block belongs.
const headerFile = "File"

// encodeStaged puts an identity into one file, which one rename makes whole.
func encodeStaged(id *Identity) ([]byte, error) {
	key, err := encodeKey(id.Certificate.PrivateKey)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, part := range []struct {
		file string
		data []byte
	}{
		{keyFile, key},
		{certFile, encodeCertificates(id.Certificate.Certificate)},
		{bundleFile, encodeCertificates(rawCertificates(id.Roots))},
	} {
		for rest := part.data; ; {
			var block *pem.Block
			if block, rest = pem.Decode(rest); block == nil {
				break
			}
			block.Headers = map[string]string{headerFile: part.file}
			if err := pem.Encode(&out, block); err != nil {
				return nil, fmt.Errorf("encode %s: %w", part.file, err)
			}
		}
	}
	return out.Bytes(), nil
}

func (s *DirStore) loadStaged() (*Identity, error) {
	data, err := s.dir.ReadFile(stagingFile, modeSecret, maxPEMFile)
	if err != nil {
		return nil, err
	}
	return decodeStaged(data)
}

// decodeStaged sorts the blocks back into the three files they stand for.
func decodeStaged(data []byte) (*Identity, error) {
	parts := map[string]*bytes.Buffer{keyFile: {}, certFile: {}, bundleFile: {}}
	for range bytes.Count(data, []byte("-----BEGIN ")) {
		block, rest := pem.Decode(data)
		if block == nil {
			return nil, fmt.Errorf("%s: %w: a block is cut or damaged", stagingFile, errPEM)
		}
		part, ok := parts[block.Headers[headerFile]]
		if !ok {
			return nil, fmt.Errorf("%s: %w: a block belongs to no file", stagingFile, errPEM)
		}
		block.Headers, data = nil, rest
		if err := pem.Encode(part, block); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", stagingFile, errPEM, err)
		}
	}
	id, err := decodeIdentity(parts[keyFile].Bytes(), parts[certFile].Bytes(), parts[bundleFile].Bytes())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", stagingFile, err)
	}
	return id, nil
}
