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
	"strings"
)

// A segment is what was admitted during a few minutes, spread over journals so
// that writers rarely wait for each other: the files "<id>-<journal>", and
// "<id>-ahead" once a request was signed far ahead of the clock. Each is a
// header and then records of one size, little endian.
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
	// aheadJournal is the number of the file that is synced at each admission.
	aheadJournal = maxJournals
	aheadName    = "ahead"
)

var (
	magic      = [8]byte{'r', 'e', 'p', 'l', 'a', 'y', 0, 1}
	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

var (
	// errDamaged: a segment is not, or not only, what was written.
	errDamaged = errors.New("damaged segment")
	// errZeros: a file ends in zeros, as one may whose end the machine did not
	// come to write.
	errZeros = fmt.Errorf("%w: zeros at the end", errDamaged)
)

// segment is what this process knows of one. Only the newest is written to.
type segment struct {
	segmentRef
	began  int64 // unix seconds; unknown of one that was read
	latest int64 // time of signing; known once nothing more is written
}

func newSegment(ref segmentRef) segment {
	return segment{segmentRef: ref, latest: math.MinInt64}
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

// files names the files of a segment, one for each journal; the one that is
// ahead comes last.
func (ref segmentRef) files() []string {
	names := make([]string, ref.Journals, ref.Journals+1)
	for i := range names {
		names[i] = strconv.FormatUint(ref.ID, 10) + "-" + strconv.Itoa(i)
	}
	if ref.Ahead {
		names = append(names, ref.aheadFile())
	}
	return names
}

func (ref segmentRef) aheadFile() string { return strconv.FormatUint(ref.ID, 10) + "-" + aheadName }

// segmentOf returns the id of the segment that a file belongs to by its name.
func segmentOf(file string) (id uint64, ok bool) {
	number, journal, ok := strings.Cut(file, "-")
	id, err := strconv.ParseUint(number, 10, 64)
	if !ok || err != nil {
		return 0, false
	}
	_, err = strconv.ParseUint(journal, 10, 8)
	return id, err == nil || journal == aheadName
}

func isSegmentFile(name string) bool {
	_, ok := segmentOf(name)
	return ok
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
			return fmt.Errorf("record %d: %w", n, whatIsLeft(b, in))
		}
		each(r)
	}
}

// whatIsLeft judges the end of a file that begins with b.
func whatIsLeft(b [recordSize]byte, in io.ByteReader) error {
	for _, c := range b {
		if c != 0 {
			return errDamaged
		}
	}
	for {
		switch c, err := in.ReadByte(); {
		case err == io.EOF:
			return errZeros
		case err != nil:
			return err
		case c != 0:
			return errDamaged
		}
	}
}
