package main

import (
	"fmt"
	"strings"

	"github.com/getbindu/bindu-go/settings"
)

// Page returns docs/settings.md.
func Page() string {
	var b strings.Builder
	b.WriteString(introduction)
	writeTables(&b, settings.Default().Describe(), about)
	b.WriteString(referenceIntroduction)
	for _, r := range settings.ReferenceNames() {
		accepted := "any, without effect"
		if r.Only != "" {
			accepted = "`" + r.Only + "` only"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", r.Name, accepted, cell(r.Why))
	}
	return b.String()
}

// RegistrarPage returns docs/registrar-settings.md.
func RegistrarPage() string {
	var b strings.Builder
	b.WriteString(registrarIntroduction)
	writeTables(&b, settings.DefaultRegistrar().Describe(), aboutRegistrar)
	return b.String()
}

// writeTables writes a table for each section.
func writeTables(b *strings.Builder, rows []settings.Row, about map[string]string) {
	section := ""
	for _, row := range rows {
		if row.Section != section {
			section = row.Section
			fmt.Fprintf(b, "\n## %s\n\n%s\n\n| Variable | Kind | Default | Meaning | Example |\n|---|---|---|---|---|\n", section, about[section])
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | `%s` |\n",
			row.Name, row.Kind, defaultCell(row), meaningCell(row), cell(row.Example))
	}
}

// aboutRegistrar says the same of the registrar's sections.
var aboutRegistrar = map[string]string{
	"Registrar": "Who the registrar is, and whom it registers as what.",
	"Network":   "Where it listens.",
	"Hydra":     "The OAuth2 server whose clients it keeps.",
	"MTLS":      "How its certificate is obtained.",
	"DID":       "How signatures are judged.",
	"Limits":    "What whoever connects can cost.",
	"Log":       "What is logged.",
}

// about says in a sentence what each section is for.
var about = map[string]string{
	"Agent":     "Who the agent is and what answers for it.",
	"Network":   "Where it listens, and how patient it is when it calls others.",
	"Hydra":     "The OAuth2 server that registers the agent and vouches for its callers.",
	"Registrar": "The registrar that does so in place of Hydra's admin API.",
	"Auth":      "Which tokens open the agent and what they permit.",
	"MTLS":      "How certificates are obtained and demanded.",
	"DID":       "How identities are made and signatures judged.",
	"Limits":    "What one caller can cost. See the security model for what each limit stops.",
	"Task":      "Where tasks live and how many a caller may have.",
	"Push":      "Webhooks that are told what happens to tasks.",
	"Egress":    "Programs of this machine that call other agents through this one: see docs/sidecar.md.",
	"MCP":       "The MCP server behind the gates, if there is one: see docs/sidecar.md.",
	"Log":       "What is logged.",
}

func defaultCell(row settings.Row) string {
	switch {
	case row.Default == "":
		return "–"
	case row.Default == "required", strings.HasPrefix(row.Default, "from "):
		return cell(row.Default)
	}
	return "`" + cell(row.Default) + "`"
}

func meaningCell(row settings.Row) string {
	text := cell(row.Doc)
	if len(row.Choices) > 0 {
		text += " One of `" + strings.Join(row.Choices, "`, `") + "`."
	}
	if row.Min != "" {
		text += " From `" + row.Min + "` to `" + row.Max + "`."
	}
	if len(row.Aliases) > 0 {
		text += " Also read as `" + strings.Join(row.Aliases, "`, `") + "`."
	}
	if row.File != "" {
		text += " `" + row.File + "` names a file that holds it."
	}
	return text
}

// cell keeps a text from ending its table cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", "\\|") }
