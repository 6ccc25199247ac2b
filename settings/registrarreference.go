package settings

import (
	"net/url"
	"slices"
)

// ReferenceAddr is the address of the listener for agents of the reference, host:port.
func (n RegistrarNetwork) ReferenceAddr() string {
	return joinHostPort(n.ReferenceHost, n.ReferencePort)
}

// Refers reports whether agents of the reference are answered.
func (r RegistrarSelf) Refers() bool { return r.ReferenceURL != "" }

// checkReference finds what is missing once agents of the reference are answered.
func (l registrarRules) checkReference() {
	r, network := &l.s.Registrar, &l.s.Network
	if !r.Refers() {
		if r.ReferenceCertFile != "" || r.ReferenceKeyFile != "" {
			l.fault(&r.ReferenceURL, "is needed with REGISTRAR__REFERENCE_CERT_FILE and REGISTRAR__REFERENCE_KEY_FILE")
		}
		return
	}
	if u, err := url.Parse(string(r.ReferenceURL)); err != nil || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		l.fault(&r.ReferenceURL, "must have no path and nothing behind it: /reference/TOKEN follows")
	}
	for _, file := range []*Path{&r.ReferenceCertFile, &r.ReferenceKeyFile} {
		if *file == "" {
			l.fault(file, "is needed with REGISTRAR__REFERENCE_URL")
		}
	}
	others := []Int{network.Port, network.AdminPort}
	if r.Asked() {
		others = append(others, network.WebhookPort)
	}
	if network.ReferencePort != 0 && slices.Contains(others, network.ReferencePort) {
		l.fault(&network.ReferencePort, "must differ from NETWORK__PORT, NETWORK__ADMIN_PORT and NETWORK__WEBHOOK_PORT")
	}
}
