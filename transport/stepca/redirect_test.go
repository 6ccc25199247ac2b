package stepca_test

import (
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
)

// Not even to another path of the same CA is a token sent twice.
func TestRedirectsWithinTheCAAreNotFollowed(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	for _, path := range []string{"/sign", "/roots.pem", "/provisioners"} {
		t.Run(path, func(t *testing.T) {
			s.SetFault(stepcatest.Redirect(s.URL() + "/moved" + path).At(path))
			defer s.SetFault(stepcatest.Fault{})
			e := enroller(t, s)
			_, err := e.Enrol(t.Context())
			if path == "/provisioners" {
				err = e.CheckProvisioner(t.Context())
			}
			if !errors.Is(err, mtls.ErrCAUnavailable) {
				t.Errorf("error %v", err)
			}
			for _, method := range []string{"GET", "POST"} {
				if n := s.Count(method + " /moved" + path); n != 0 {
					t.Errorf("%s was followed %d times", method, n)
				}
			}
		})
	}
}
