package server

// records follows the records of TLS (RFC 8446 section 5.1), whose headers are
// in clear text, and keeps none of them.
type records struct {
	head [5]byte
	have int // bytes of head that came
	left int // bytes of the record that are still to come
}

// feed takes in what came, and tells whether it ends within a record.
func (r *records) feed(p []byte) (within bool) {
	for len(p) > 0 {
		if r.have < len(r.head) {
			n := copy(r.head[r.have:], p)
			p = p[n:]
			if r.have += n; r.have < len(r.head) {
				break
			}
			r.left = int(r.head[3])<<8 | int(r.head[4])
		}
		n := min(r.left, len(p))
		p = p[n:]
		if r.left -= n; r.left == 0 {
			r.have = 0
		}
	}
	return r.have > 0
}
