package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/getbindu/bindu-go/internal/cli"
	"github.com/getbindu/bindu-go/internal/safefile"
	"github.com/getbindu/bindu-go/registrar/operator"
)

// What an agent finds in the directory that was made for it.
const (
	didFile   = "registrar_did"   // for REGISTRAR__DID_FILE
	tokenFile = "enrolment_token" // for REGISTRAR__ENROLMENT_TOKEN_FILE
)

// invitationLifetime is time enough for an agent that is started next.
const invitationLifetime = time.Hour

func newInvite() *cobra.Command {
	var author string
	cmd := asking{
		use: "invite DIR...", short: "Leave agents what they need to enrol, for docker compose",
		long: `invite writes into each DIR, whose last part is the name of an agent, the DID of
the registrar (registrar_did), and an enrolment token for that agent alone
(enrolment_token), unless an agent of that author and name is bound already.`,
		args: cobra.MinimumNArgs(1),
		run: func(ctx context.Context, c *operator.Client, cmd *cobra.Command, given []string, _ bool) error {
			self, err := ownDID()
			if err != nil {
				return err
			}
			for _, dir := range given {
				if err := invite(ctx, c, dir, author, self); err != nil {
					return fmt.Errorf("%s: %w", dir, err)
				}
			}
			return nil
		},
	}.command()
	cmd.Hidden = true // a part of docker-compose.yml rather than a tool for people
	cmd.Flags().StringVar(&author, "author", "", "author of the agents")
	return cmd
}

func invite(ctx context.Context, c *operator.Client, path, author string, self did.DID) error {
	name := filepath.Base(path)
	known, err := isBound(ctx, c, author, name)
	if err != nil {
		return err
	}
	dir, err := safefile.OpenDir(path, nil)
	if err != nil {
		return err
	}
	if err := dir.WriteFile(didFile, []byte(self.String()+"\n"), 0o644); err != nil || known {
		return err
	}
	token, err := c.CreateToken(ctx, operator.NewToken{Author: author, Name: name, Uses: 1, Lifetime: invitationLifetime})
	if err != nil {
		return err
	}
	return dir.WriteFile(tokenFile, []byte(token.Text+"\n"), 0o600)
}

// isBound reports whether an agent of that author and name is bound to a key, or revoked:
// neither is let in anew without the operator.
func isBound(ctx context.Context, c *operator.Client, author, name string) (found bool, err error) {
	a, err := did.Segment("author", author)
	if err != nil {
		return false, cli.Usage(err)
	}
	n, err := did.Segment("name", name)
	if err != nil {
		return false, cli.Usage(err)
	}
	err = c.Clients(ctx, func(agent operator.Agent) error {
		found = found || strings.HasPrefix(agent.DID, "did:bindu:"+a+":"+n+":")
		return nil
	})
	return found, err
}
