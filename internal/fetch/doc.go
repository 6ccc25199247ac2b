// Package fetch is every call of an authority (Hydra, step-ca, an issuer of
// tokens): bounded in size and time, without redirects, under one rule for
// proxies, and with one description of why there was no answer. [Client] asks;
// libraries that make their requests themselves go through [Client.Bounded] or a
// transport of [NewTransport].
package fetch
