// Package hostile sends an agent what it must refuse. Its suite, TestHostile,
// boots real agents on a stand-in for Hydra and one for step-ca, speaks to
// their listeners over real sockets, byte by byte where it has to, and holds
// certificates of its own making that no honest CA would issue.
//
// Each row has a number that never changes and the reason word of the answer:
// TestHostile/079_replayed. It asserts the alert or the status, the reason, the
// headers and the metric, and that no gate behind the one that refused was
// reached: the token authority was not asked, no key was looked up, nothing ran.
//
// docs/hostile.md lists the rows, and those that other packages test. It is
// written by go generate and a test fails when it no longer tells the truth.
package hostile

//go:generate go test -run ^TestDocument$ -update .
