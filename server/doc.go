// Package server bounds what a connection can make this process wait for and
// hold, where net/http has no bound of its own.
package server
