package hydra

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/getbindu/bindu-go/identity/did"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// credentialsFile is the content of the file: entries by DID.
type credentialsFile object

func parseCredentialsFile(data []byte) (credentialsFile, error) {
	file, err := parseObject(data)
	if err != nil {
		return nil, corrupt("%s is not a JSON object", CredentialsFile)
	}
	return credentialsFile(file), nil
}

// encode writes the file as the reference does, with two spaces of indentation.
func (f credentialsFile) encode() ([]byte, error) {
	data, err := json.Marshal(f, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return nil, err
	}
	return append(data, '\n'), nil
}

// put writes c into its entry and leaves the members it does not know alone.
func (f credentialsFile) put(c *Credentials) error {
	entry := object{}
	if value, ok := f[c.ClientID]; ok {
		var err error
		if entry, err = parseObject(value); err != nil {
			return corrupt("the entry of %s is not an object", c.ClientID)
		}
	}
	scopes := c.Scopes
	if scopes == nil {
		scopes = []string{}
	}
	members := map[string]any{"agent_id": c.AgentID, "client_id": c.ClientID, "client_secret": c.ClientSecret, "scopes": scopes}
	if !c.CreatedAt.IsZero() {
		members["created_at"] = formatTime(c.CreatedAt)
	}
	for name, value := range members {
		if err := entry.set(name, value); err != nil {
			return err
		}
	}
	return object(f).set(c.ClientID, entry)
}

// entry returns the credentials of d.
func (f credentialsFile) entry(d did.DID) (*Credentials, error) {
	value, ok := f[d.String()]
	if !ok {
		return nil, fmt.Errorf("%s has no entry for %s: %w", CredentialsFile, d, fs.ErrNotExist)
	}
	entry, err := parseObject(value)
	if err != nil {
		return nil, corrupt("the entry of %s is not an object", d)
	}
	agentID, err1 := entry.text("agent_id")
	clientID, err2 := entry.text("client_id")
	secret, err3 := entry.text("client_secret")
	created, err4 := entry.text("created_at")
	scopes, err5 := entry.texts("scopes")
	switch {
	case errors.Join(err1, err2, err3, err4, err5) != nil:
		return nil, corrupt("the entry of %s has a member of the wrong type", d)
	case clientID != d.String():
		return nil, corrupt("the entry of %s has the client_id of another agent", d)
	case secret == "":
		return nil, corrupt("the entry of %s has no client_secret", d)
	}
	c := &Credentials{AgentID: agentID, ClientID: clientID, ClientSecret: secret, Scopes: scopes}
	// Only a record: a time written by hand must not keep an agent from starting.
	if t, err := time.Parse(time.RFC3339Nano, created); err == nil {
		c.CreatedAt = t
	}
	return c, nil
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w (%s)", ErrCredentialsCorrupt, fmt.Sprintf(format, args...))
}
