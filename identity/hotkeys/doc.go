// Package hotkeys verifies Ed25519 signatures (RFC 8032) of keys in use with tables of
// multiples that were computed before, in about a third of the time.
//
// It gives the verdict of crypto/ed25519.Verify, bit for bit. That computes
//
//	R' = [S]B + [k](-A)    with k = SHA-512(R || A || M) mod L, as a number below L
//
// on the curve, compares the one encoding that R' has with the 32 bytes R of the
// signature, and refuses S that is not below L and A that is no point. Here the same R'
// is computed another way: S and k are written with digits d_i in base 2^w, as numbers
// and not modulo anything, and
//
//	R' = sum of [d_i][2^wi]B over S + sum of [d_i][2^wi](-A) over k
//
// is the same point whatever A is, one with a part of small order included, since no
// equation is multiplied by the cofactor and k is the same number. The law of addition
// that is used is complete: it has no exceptions on this curve (Hisil, Wong, Carter and
// Dawson 2008, section 3.1, with a = -1, a square, and d, which is none). What differs is
// time alone, and neither needs to hide anything: all inputs are public.
package hotkeys
