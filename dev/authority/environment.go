package main

import (
	"context"
	"fmt"
	"strings"
)

// environmentFile is read by agents and by whoever starts them.
const environmentFile = "authority.env"

// writeEnvironment writes what an agent needs to know of its authorities, in the form of a .env file.
func (a *authority) writeEnvironment(ctx context.Context) error {
	fingerprint, err := a.stepCA.Fingerprint()
	if err != nil {
		return err
	}
	var b strings.Builder
	variables := [][2]string{
		{"AUTH__ENABLED", "true"},
		{"AUTH__PROVIDER", "hydra"},
		{"HYDRA__PUBLIC_URL", a.hydra.Issuer()},
		{"MTLS__ENABLED", "true"},
		{"MTLS__CA_URL", a.stepCA.URL()},
		{"MTLS__CA_ROOT_URL", a.stepCA.URL() + "/roots.pem"},
		{"MTLS__CA_FINGERPRINT", fingerprint},
	}
	registration, err := a.registration(ctx)
	if err != nil {
		return err
	}
	for _, v := range append(variables, registration...) {
		fmt.Fprintf(&b, "%s=%s\n", v[0], v[1])
	}
	return a.dir.Write(environmentFile, []byte(b.String()))
}

// registration is how an agent is registered: through the registrar, or by its own hand where there is none.
func (a *authority) registration(ctx context.Context) ([][2]string, error) {
	if a.registrar == nil {
		return [][2]string{{"HYDRA__ADMIN_URL", a.hydra.AdminURL()}}, nil
	}
	invitation, err := a.registrar.Invite(ctx)
	return [][2]string{
		{"REGISTRAR__URL", a.registrar.URL()},
		{"REGISTRAR__DID", invitation.DID},
		{"REGISTRAR__ENROLMENT_TOKEN_FILE", invitation.TokenFile},
	}, err
}
