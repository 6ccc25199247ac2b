// Package boot is what the programs that have a name on the network start alike:
// the order in which a start is undone ([Lifetime]), waiting for authorities
// ([Waits]), the certificate and its renewal ([Obtain]), and the look at the
// program's own client ([ClientWatch]). Which steps there are each program says.
package boot

// Components whose state /readyz reports.
const (
	Hydra     = "hydra"
	Registrar = "registrar"
	CA        = "ca"
	Cert      = "certificate"
	Storage   = "storage"
	Server    = "server"
	Client    = "client"
	Roots     = "roots"
)
