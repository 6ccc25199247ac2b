// Package brief cuts text that others wrote before it is logged or repeated: a
// name of two megabytes is as easy to send as one of ten bytes.
package brief

import (
	"context"
	"log/slog"
	"strings"
	"unicode/utf8"
)

// MaxText is how many characters of a foreign text are kept.
const MaxText = 128

// MaxValue is how many characters a log line holds of any one value, whoever
// wrote it: a cause is mostly our own words around the foreign ones.
const MaxValue = 1024

// Text returns a foreign text for a log line or an error: at most [MaxText]
// characters, in UTF-8.
func Text(s string) string { return cut(s, MaxText) }

// cut returns at most limit characters of s, the last an ellipsis if there were
// more.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return strings.ToValidUTF8(s, "\ufffd")
	}
	// The beginning alone is looked at: what is cut off may be megabytes.
	end, last := 0, 0
	for count := 0; count < limit && end < len(s); count++ {
		last = end
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	if end < len(s) {
		return strings.ToValidUTF8(s[:last], "\ufffd") + "…"
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// Handler returns a handler that gives next only values of at most [MaxValue]
// characters, so that a place which forgot to use [Text] costs a line and not a
// disk. Stacks, which nobody else writes, stay whole.
func Handler(next slog.Handler) slog.Handler {
	if h, ok := next.(handler); ok {
		return h
	}
	return handler{next}
}

type handler struct{ next slog.Handler }

// Enabled implements [slog.Handler].
func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (h handler) Handle(ctx context.Context, r slog.Record) error {
	short := slog.NewRecord(r.Time, r.Level, cut(r.Message, MaxValue), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		short.AddAttrs(shorten(a))
		return true
	})
	return h.next.Handle(ctx, short)
}

// WithAttrs implements [slog.Handler].
func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.next.WithAttrs(shortenAll(attrs))}
}

// WithGroup implements [slog.Handler].
func (h handler) WithGroup(name string) slog.Handler { return handler{h.next.WithGroup(name)} }

func shortenAll(attrs []slog.Attr) []slog.Attr {
	short := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		short[i] = shorten(a)
	}
	return short
}

// StackKey is the key of the attribute that is not cut.
const StackKey = "stack"

func shorten(a slog.Attr) slog.Attr {
	if a.Key == StackKey {
		return a
	}
	a.Value = a.Value.Resolve()
	switch a.Value.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(cut(a.Value.String(), MaxValue))
	case slog.KindGroup:
		a.Value = slog.GroupValue(shortenAll(a.Value.Group())...)
	case slog.KindAny:
		if text := a.Value.String(); len(text) > MaxValue {
			a.Value = slog.StringValue(cut(text, MaxValue))
		}
	}
	return a
}
