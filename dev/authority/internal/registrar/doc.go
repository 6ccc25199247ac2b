// Package registrar runs the real registrar beside Hydra and step-ca, and makes what agents need to know of it.
package registrar
