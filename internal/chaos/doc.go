// Package chaos holds the tests that break an agent from below and watch what
// is left: the built program is killed at random moments, its disk fails at
// each operation, it is told to stop in the middle of its work, it is flooded,
// and everything it says is searched for secrets.
//
// The authorities are the stand-ins of hydratest and stepcatest in the test's
// process, so that one start of an agent takes a tenth of a second. CHAOS_ROUNDS
// says how often the program is killed and LOAD_SCALE how large the floods are;
// `make chaos` is the long run.
package chaos
