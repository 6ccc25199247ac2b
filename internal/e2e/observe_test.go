package e2e

import "crypto/tls"

// observeSerials tells see the serial number of each certificate a server presents.
func observeSerials(verify func(tls.ConnectionState) error, see func(string)) func(tls.ConnectionState) error {
	return func(cs tls.ConnectionState) error {
		if err := verify(cs); err != nil {
			return err
		}
		see(cs.PeerCertificates[0].SerialNumber.Text(16))
		return nil
	}
}
