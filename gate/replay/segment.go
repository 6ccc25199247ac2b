package replay

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strconv"

	"github.com/getbindu/bindu-go/internal/safefile"
)

// A segment is what was admitted during a few minutes, spread over journals so
// that writers rarely wait for each other: the files "<id>-<journal>". Each is
// a header and then records of one size, little endian.
//
//	header: magic [8], id uint64, journal uint32, base int64 (unix s), CRC-32C
//	record: fingerprint [16], owner uint64, time of signing − base int32 (s), CRC-32C
//
// A record's checksum continues the header's, so a record of one file is none
// in another.
const (
	headerSize = 32
	recordSize = 32
	// journals are written side by side.
	journals = 4
)

var (
	magic      = [8]byte{'r', 'e', 'p', 'l', 'a', 'y', 0, 1}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

// errDamaged: a segment is not, or not only, what was written.
var errDamaged = errors.New("damaged segment")

// segment is what this process knows of one. Only the newest is written to.
type segment struct {
	segmentRef
	began  int64 // unix seconds; unknown of one that was read
	latest int64 // time of signing; known once nothing more is written
}

func (seg segment) header(journal int) header {
	return header{segment: seg.ID, journal: uint32(journal), base: seg.began}
}

// header begins the file of a journal.
type header struct {
	segment uint64
	journal uint32
	base    int64
}

// record is an admitted key.
type record struct {
	key    fingerprint
	owner  ownerID
	signed int64 // unix seconds
}

// files names the files of a segment, one for each journal.
func (ref segmentRef) files() []string {
	names := make([]string, ref.Journals)
	for i := range names {
		names[i] = strconv.FormatUint(ref.ID, 10) + "-" + strconv.Itoa(i)
	}
	return names
}

func (h header) encode() (b [headerSize]byte) {
	copy(b[:], magic[:])
	binary.LittleEndian.PutUint64(b[8:], h.segment)
	binary.LittleEndian.PutUint32(b[16:], h.journal)
	binary.LittleEndian.PutUint64(b[20:], uint64(h.base))
	binary.LittleEndian.PutUint32(b[28:], crc32.Checksum(b[:28], castagnoli))
	return b
}

// seed is what the checksums of the records continue.
func (h header) seed() uint32 {
	b := h.encode()
	return binary.LittleEndian.Uint32(b[28:])
}

// encode reports false for a time of signing that no clock can be right about.
func (r record) encode(b *[recordSize]byte, base int64, seed uint32) bool {
	offset := r.signed - base
	if offset < math.MinInt32 || offset > math.MaxInt32 {
		return false
	}
	copy(b[:], r.key[:])
	binary.LittleEndian.PutUint64(b[16:], uint64(r.owner))
	binary.LittleEndian.PutUint32(b[24:], uint32(int32(offset)))
	binary.LittleEndian.PutUint32(b[28:], crc32.Update(seed, castagnoli, b[:28]))
	return true
}

func (r *record) decode(b *[recordSize]byte, base int64, seed uint32) bool {
	if crc32.Update(seed, castagnoli, b[:28]) != binary.LittleEndian.Uint32(b[28:]) {
		return false
	}
	r.key = fingerprint(b[:16])
	r.owner = ownerID(binary.LittleEndian.Uint64(b[16:]))
	r.signed = base + int64(int32(binary.LittleEndian.Uint32(b[24:])))
	return true
}

// readJournal calls each for every record of a file. What is torn at its end
// was never acknowledged and is left out; anything else that is not as it was
// written is [errDamaged].
func readJournal(f io.Reader, id uint64, journal int, each func(record)) error {
	in := bufio.NewReaderSize(f, 64<<10)
	var b [recordSize]byte
	if _, err := io.ReadFull(in, b[:]); err != nil {
		return fmt.Errorf("%w: header: %w", errDamaged, err)
	}
	h := header{segment: id, journal: uint32(journal), base: int64(binary.LittleEndian.Uint64(b[20:]))}
	if want := h.encode(); !bytes.Equal(want[:], b[:]) {
		return fmt.Errorf("%w: header", errDamaged)
	}
	seed := h.seed()
	var r record
	for n := 0; ; n++ {
		_, err := io.ReadFull(in, b[:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !r.decode(&b, h.base, seed) {
			return fmt.Errorf("%w: record %d", errDamaged, n)
		}
		each(r)
	}
}

// loadSegment reads the files of a segment and returns the latest time of
// signing in it.
func loadSegment(dir *safefile.Dir, ref segmentRef, each func(record)) (latest int64, err error) {
	latest = math.MinInt64
	for i, name := range ref.files() {
		f, err := dir.Open(name, fileMode)
		if err != nil {
			return latest, err
		}
		err = readJournal(f, ref.ID, i, func(r record) {
			latest = max(latest, r.signed)
			each(r)
		})
		f.Close()
		if err != nil {
			return latest, fmt.Errorf("%s: %w", name, err)
		}
	}
	return latest, nil
}
