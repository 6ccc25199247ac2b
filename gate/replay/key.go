package replay

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/getbindu/bindu-go/identity/did"
)

// fingerprint stands for an owner and its key: 128 bits of SHA-256.
type fingerprint [16]byte

// ownerID stands for an owner: 64 bits of SHA-256. Two owners with one id
// would share a quota, nothing else.
type ownerID uint64

func identify(owner did.DID, key string) (ownerID, fingerprint) {
	var space [did.MaxLength + 128]byte
	b := append(space[:0], owner.String()...)
	sum := sha256.Sum256(b)
	id := ownerID(binary.LittleEndian.Uint64(sum[:]))
	// No DID holds a zero byte, so no two pairs give the same bytes.
	b = append(append(b, 0), key...)
	sum = sha256.Sum256(b)
	return id, fingerprint(sum[:16])
}
