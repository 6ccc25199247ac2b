package stepca_test

import (
	"context"
	"crypto"
	"errors"
	"testing"

	"github.com/getbindu/bindu-go/internal/stepcatest"
	"github.com/getbindu/bindu-go/transport/mtls"
	"github.com/getbindu/bindu-go/transport/stepca"
)

// Each attempt announces the key that its request is for, before the CA is asked.
func TestTheKeyIsAnnouncedBeforeTheCAIsAsked(t *testing.T) {
	s := stepcatest.NewServer(t, stepcatest.Config{})
	var announced []crypto.PublicKey
	asked := -1
	e := enroller(t, s, func(c *stepca.Config) {
		c.Announce = func(_ context.Context, key crypto.PublicKey) error {
			announced, asked = append(announced, key), s.Count("POST /sign")
			return nil
		}
	})
	for n := range 2 {
		id, err := e.Enrol(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if key, ok := id.Leaf().PublicKey.(interface{ Equal(crypto.PublicKey) bool }); len(announced) != n+1 || !ok || !key.Equal(announced[n]) || asked != n {
			t.Errorf("announced %d keys, the last after %d requests", len(announced), asked)
		}
	}
}

func TestWithoutAnAnnouncementTheCAIsNotAsked(t *testing.T) {
	s, no := stepcatest.NewServer(t, stepcatest.Config{}), errors.New("no")
	e := enroller(t, s, func(c *stepca.Config) {
		c.Announce = func(context.Context, crypto.PublicKey) error { return no }
	})
	if _, err := e.Enrol(t.Context()); !errors.Is(err, mtls.ErrAnnouncement) || !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
	if n := s.Count("POST /sign"); n != 0 {
		t.Errorf("the CA was asked %d times", n)
	}
}
