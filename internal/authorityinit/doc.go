// Package authorityinit makes what the services of docker-compose.yml must find before they start and what cannot be
// committed: the secret of Hydra, the certificates and the key of step-ca, and where
// there is a registrar what its webhook presents to step-ca.
//
// Everything is made once and kept: a second call finds it and changes nothing, but
// for a certificate of the webhook that does not serve any more.
package authorityinit
