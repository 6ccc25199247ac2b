package task

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"
)

// A page token is the place where the page starts and a sum over it, its owner
// and the filters. The sum keeps no secret, and need not: a token only chooses
// among the owner's own tasks. It makes a token of another owner, or of another
// list, an error rather than a page that looks right.
const sumLength = 12

func pageToken(owner string, f Filter, c Cursor) string {
	if c == (Cursor{}) {
		return ""
	}
	place := binary.BigEndian.AppendUint64(nil, uint64(c.UpdatedAt.UnixMilli()))
	place = append(place, c.ID...)
	return base64.RawURLEncoding.EncodeToString(append(tokenSum(owner, f, place), place...))
}

func parsePageToken(owner string, f Filter, token string) (Cursor, error) {
	if token == "" {
		return Cursor{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) <= sumLength+8 {
		return Cursor{}, ErrPageToken
	}
	place := raw[sumLength:]
	if subtle.ConstantTimeCompare(raw[:sumLength], tokenSum(owner, f, place)) != 1 {
		return Cursor{}, ErrPageToken
	}
	return Cursor{
		UpdatedAt: time.UnixMilli(int64(binary.BigEndian.Uint64(place))).UTC(),
		ID:        string(place[8:]),
	}, nil
}

func tokenSum(owner string, f Filter, place []byte) []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d %x", owner, f.ContextID, f.State, f.Since.UnixMilli(), place))
	return sum[:sumLength]
}
