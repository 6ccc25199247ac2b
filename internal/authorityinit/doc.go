// Package authorityinit makes what the services of docker-compose.yml must find before they start and what cannot be
// committed: the secret of Hydra, and the certificates and the key of step-ca.
//
// Everything is made once and kept: a second call finds it and changes nothing.
package authorityinit
