// Package sidedoor looks for ways to a certificate or a client that do not pass the
// registrar. What it sees is what step-ca and Hydra show to everybody, and of Hydra's
// admin API who else may issue tokens: it cannot see who else reaches that API, nor
// read ca.json.
package sidedoor
