package stepca_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Every request of an enrolment goes the way of all calls of an authority: why
// there was no answer is never said in the words of smallstep's client.
func TestEveryRequestOfAnEnrolmentIsDescribedAlike(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	odd := errors.New("an odd network")
	dials, broken := 0, 0
	e := enroller(t, s, func(c *stepca.Config) {
		c.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if dials++; dials == broken {
				return nil, odd
			}
			return new(net.Dialer).DialContext(ctx, network, addr)
		}
	})
	if _, err := e.Enrol(t.Context()); err != nil { // the CA is trusted from now on
		t.Fatal(err)
	}
	for {
		dials, broken = 0, broken+1
		_, err := e.Enrol(t.Context())
		if dials < broken {
			break
		}
		if err != nil && (!errors.Is(err, mtls.ErrCAUnavailable) || !errors.Is(err, odd) || strings.Contains(err.Error(), "client POST")) {
			t.Errorf("without connection %d: %v", broken, err)
		}
	}
	if broken < 3 {
		t.Errorf("an enrolment made %d connections; the last one signs", broken-1)
	}
}
