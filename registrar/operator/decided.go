package operator

import (
	"log/slog"
	"strings"
)

// decided is what the log says of a change: who decided what about whom. Who restores a
// backup reads from it what to repeat. It has the text of no token and of no note.
func decided(name, who string, q, a any) []slog.Attr {
	all := []slog.Attr{slog.String("gate", "operator"), slog.String("method", name), slog.String("remote", who)}
	switch q := q.(type) {
	case about:
		all = append(all, slog.String("did", q.DID))
		switch name {
		case "approve", "deny", "import":
			all = append(all, slog.String("fingerprint", q.Fingerprint))
		case "revoke", "restore":
			all = append(all, slog.Bool("noted", q.Note != ""))
		case "grant":
			all = append(all, slog.String("scopes", strings.Join(q.Scopes, " ")))
		}
	case named:
		all = append(all, slog.String("token_id", q.ID))
	case NewToken:
		if made, ok := a.(Token); ok {
			all = append(all, slog.String("token_id", made.ID), slog.String("author", made.Author), slog.String("name", made.Name),
				slog.Int("uses", made.MaxUses), slog.Time("expires", made.Expires))
		}
	}
	return all
}
