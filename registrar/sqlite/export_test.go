package sqlite

import (
	"fmt"
	"testing"
)

// SetRoom lets the database grow by so many pages and no more.
func (s *Store) SetRoom(t testing.TB, pages int) {
	t.Helper()
	var now int
	if err := s.write.QueryRow("PRAGMA page_count").Scan(&now); err != nil {
		t.Fatal(err)
	}
	if _, err := s.write.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", now+pages)); err != nil {
		t.Fatal(err)
	}
}

// Probes is how many rows the probes have left.
func (s *Store) Probes(t testing.TB) (n int) {
	t.Helper()
	if err := s.read.QueryRow("SELECT count(*) FROM probe").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
