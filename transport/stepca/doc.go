// Package stepca is the client of step-ca: it exchanges a fresh one-time token
// for a certificate, and believes nothing that the CA says without checking it.
//
// A [Client] is the [mtls.Enroller] of a [mtls.Keeper]. Only who enrols links
// this package: smallstep's own client, of which it uses the least, brings some
// five hundred others along.
package stepca
