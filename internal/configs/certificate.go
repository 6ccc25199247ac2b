package configs

import (
	"time"

	"github.com/getbindu/bindu-go/internal/configs/shared"
	"github.com/getbindu/bindu-go/settings"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// CA is how the CA is reached, and what is asked of it.
func CA(set settings.Settings) stepca.Config {
	return shared.CA(set.MTLS.CertificateAuthority)
}

// Certificate is how our certificate is kept, and how peers are treated.
func Certificate(set settings.Settings) mtls.KeeperConfig {
	return mtls.KeeperConfig{Source: Peers(set), RenewBefore: time.Duration(set.MTLS.RenewBefore)}
}

// Peers is how peers are treated to whom our certificate is shown.
func Peers(set settings.Settings) mtls.SourceConfig {
	return mtls.SourceConfig{
		RequireClientCert: bool(set.MTLS.RequireClientCert),
		HandshakeTimeout:  time.Duration(set.Limits.HandshakeTimeout),
	}
}
