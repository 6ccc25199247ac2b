package policy

import (
	"bytes"
	"errors"
	"io"
	"regexp"

	"go.yaml.in/yaml/v3"
)

// Limits of a rules file.
const (
	maxFileBytes       = 1 << 20
	maxRules           = 256
	maxExpressionBytes = 8 << 10
)

// Effect is what a rule does when its condition holds; for require, when it does
// not.
type Effect string

// The effects of a rule.
const (
	// Allow admits, unless a rule refuses.
	Allow Effect = "allow"
	// Deny refuses, whatever else allows.
	Deny Effect = "deny"
	// Require refuses unless its condition holds, whatever else allows.
	Require Effect = "require"
)

// fileRule is a rule as it is written.
type fileRule struct {
	Name   string `yaml:"name"`
	Effect Effect `yaml:"effect"`
	When   string `yaml:"when"`
	Reason string `yaml:"reason"`
}

// file is a rules file as it is written.
type file struct {
	Version int        `yaml:"version"`
	Default Effect     `yaml:"default"`
	Rules   []fileRule `yaml:"rules"`
	Quotas  QuotaRules `yaml:"quotas"`
}

var ruleName = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// Parse reads a rules file and compiles its rules. Errors wrap [ErrFile]: not
// YAML, unknown or duplicate names, rules that do not compile or are not a yes or
// no.
func Parse(data []byte) (*Policy, error) {
	f, err := decode(data)
	if err != nil {
		return nil, err
	}
	if f.Version != 1 {
		return nil, fileError("version is %d, write version: 1", f.Version)
	}
	if f.Default != Allow && f.Default != Deny {
		return nil, fileError("default is %q, write default: deny or default: allow", f.Default)
	}
	if len(f.Rules) > maxRules {
		return nil, fileError("it has %d rules, at most %d are read", len(f.Rules), maxRules)
	}
	if err := f.Quotas.validate(); err != nil {
		return nil, err
	}
	compiled, err := compile(f.Rules)
	if err != nil {
		return nil, err
	}
	return &Policy{rules: compiled, fallback: f.Default, quotas: f.Quotas}, nil
}

func decode(data []byte) (file, error) {
	if len(data) > maxFileBytes {
		return file{}, fileError("it is larger than %d bytes", maxFileBytes)
	}
	var f file
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		return file{}, fileError("%w", err)
	}
	if err := decoder.Decode(new(any)); !errors.Is(err, io.EOF) {
		return file{}, fileError("it holds more than one document")
	}
	return f, nil
}

// check finds what is wrong with a rule before it is compiled.
func (r fileRule) check(seen map[string]bool) error {
	switch {
	case !ruleName.MatchString(r.Name):
		return fileError("rule name %q must be 1 to 64 of a-z, 0-9, - and _", r.Name)
	case r.Name == defaultRule || r.Name == AllowedDIDsRule || seen[r.Name]:
		return fileError("rule %s: the name is taken", r.Name)
	case r.Effect != Allow && r.Effect != Deny && r.Effect != Require:
		return fileError("rule %s: effect is %q, write allow, deny or require", r.Name, r.Effect)
	case r.When == "":
		return fileError("rule %s: when is empty; put an expression that begins with ! in quotes", r.Name)
	case len(r.When) > maxExpressionBytes:
		return fileError("rule %s: when is longer than %d bytes", r.Name, maxExpressionBytes)
	case len(r.Reason) > 256:
		return fileError("rule %s: reason is longer than 256 bytes", r.Name)
	}
	seen[r.Name] = true
	return nil
}
