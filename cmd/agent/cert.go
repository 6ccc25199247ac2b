package main

import (
	"cmp"
	"crypto/x509"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/settings"
)

type certFlags struct{ asPEM, asJSON bool }

func newCert() *cobra.Command {
	var f certFlags
	cmd := &cobra.Command{
		Use:   "cert",
		Short: "Show the certificate of this directory's agent",
		Long: `cert shows the certificate on disk: whom it names, who vouches for that, how long
it is valid, and whether "agent serve" and "agent call" would use it. It exits 1,
with the reason, if they would not.`,
		Example: `  agent cert
  agent cert --pem | openssl x509 -noout -text`,
		Args: cli.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := exclusive(cmd, "pem", "json"); err != nil {
				return err
			}
			return showCert(f, time.Now(), cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&f.asPEM, "pem", false, "print the certificate and its intermediates in PEM")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

func showCert(f certFlags, now time.Time, out io.Writer) error {
	set, err := loadSettings()
	if err != nil {
		return err
	}
	self, err := loadSelf(string(set.Agent.Dir), set.Agent.KeyPassword)
	if err != nil {
		return err
	}
	data, leaf, err := self.home.Certificate()
	if err != nil {
		return err
	}
	if f.asPEM {
		_, err := out.Write(data)
		return err
	}
	c := describeCertificate(leaf, now)
	verdict := c.judge(self, set, now)
	if f.asJSON {
		if err := cli.PrintJSON(out, c); err != nil {
			return err
		}
	} else {
		c.print(out)
	}
	return verdict
}

// certificate is what "agent cert" shows.
type certificate struct {
	DID       string    `json:"did"`
	Issuer    string    `json:"issuer"` // what stands before #DID
	CA        string    `json:"ca"`
	Serial    string    `json:"serial"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	Left      string    `json:"left"`
	Usable    bool      `json:"usable"`
	Why       string    `json:"why,omitempty"` // it is not usable
}

// describeCertificate reads the names as they stand; judge says what they are worth.
func describeCertificate(leaf *x509.Certificate, now time.Time) *certificate {
	c := &certificate{
		CA: leaf.Issuer.String(), Serial: leaf.SerialNumber.Text(16),
		NotBefore: leaf.NotBefore.UTC(), NotAfter: leaf.NotAfter.UTC(),
		Left: max(0, leaf.NotAfter.Sub(now)).Round(time.Second).String(),
	}
	if len(leaf.URIs) > 0 {
		c.Issuer, c.DID, _ = strings.Cut(leaf.URIs[0].String(), "#")
	}
	return c
}

// judge decides as boot does. Without MTLS__DID_ISSUER the issuer is the one in
// the certificate: the one that counts is Hydra's, and asking it is not ours.
func (c *certificate) judge(self *self, set settings.Settings, now time.Time) error {
	store := self.home.Certificates(func() time.Time { return now })
	_, err := store.Load(self.DID, cmp.Or(string(set.MTLS.DIDIssuer), c.Issuer))
	if c.Usable = err == nil; err != nil {
		c.Why = err.Error()
	}
	return err
}

func (c *certificate) print(out io.Writer) {
	usable := "yes"
	if !c.Usable {
		usable = "no"
	}
	for _, line := range [][2]string{
		{"DID", c.DID},
		{"issuer", c.Issuer},
		{"CA", c.CA},
		{"serial", c.Serial},
		{"valid from", c.NotBefore.Format(time.RFC3339)},
		{"valid until", c.NotAfter.Format(time.RFC3339)},
		{"time left", c.Left},
		{"usable", usable},
	} {
		fmt.Fprintf(out, "%-12s %s\n", line[0], cli.ForTerminal(line[1]))
	}
}
