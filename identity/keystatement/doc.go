// Package keystatement is what a registrar says of the key of a DID, signed, so that
// it may come through a cache or a mirror: who knows the registrar's DID can check it.
package keystatement
