package main

import (
	"fmt"
	"strings"
)

// environmentFile is read by agents and by whoever starts them.
const environmentFile = "authority.env"

// writeEnvironment writes what an agent needs to know of its authorities, in the form of a .env file.
func (a *authority) writeEnvironment() error {
	fingerprint, err := a.stepCA.Fingerprint()
	if err != nil {
		return err
	}
	var b strings.Builder
	for _, v := range [][2]string{
		{"AUTH__ENABLED", "true"},
		{"AUTH__PROVIDER", "hydra"},
		{"HYDRA__ADMIN_URL", a.hydra.AdminURL()},
		{"HYDRA__PUBLIC_URL", a.hydra.Issuer()},
		{"MTLS__ENABLED", "true"},
		{"MTLS__CA_URL", a.stepCA.URL()},
		{"MTLS__CA_ROOT_URL", a.stepCA.URL() + "/roots.pem"},
		{"MTLS__CA_FINGERPRINT", fingerprint},
	} {
		fmt.Fprintf(&b, "%s=%s\n", v[0], v[1])
	}
	return a.dir.Write(environmentFile, []byte(b.String()))
}
