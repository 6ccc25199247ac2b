package sqlrows

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"github.com/getbindu/bindu-go/registrar"
)

var errHashes = errors.New("hashes of client secrets that have not 32 bytes each")

// hashes are those of client secrets as they are stored: one after the other, NULL for none.
type hashes []registrar.SecretHash

// Scan implements [sql.Scanner].
func (h *hashes) Scan(v any) error {
	*h = nil
	if v == nil {
		return nil
	}
	all, ok := v.([]byte)
	if !ok || len(all)%sha256.Size != 0 {
		return fmt.Errorf("%w: %T", errHashes, v)
	}
	for one := range slices.Chunk(all, sha256.Size) {
		*h = append(*h, registrar.SecretHash(one))
	}
	return nil
}

// hashBytes returns nil, which is NULL, for none.
func hashBytes(all []registrar.SecretHash) (stored []byte) {
	for _, h := range all {
		stored = append(stored, h[:]...)
	}
	return stored
}
