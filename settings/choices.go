package settings

import (
	"log/slog"
	"strings"
)

// The types of settings that are one of a few words, each with its words once.

func (Backend) words() []string {
	return wordsOf(BackendEcho, BackendExec, BackendUpstream, BackendOpenAI)
}

// Decode implements envconfig.Decoder.
func (b *Backend) Decode(text string) error { return choose(b, text) }

func (CommandInput) words() []string { return wordsOf(CommandText, CommandJSON) }

// Decode implements envconfig.Decoder.
func (c *CommandInput) Decode(text string) error { return choose(c, text) }

func (Provider) words() []string { return wordsOf(ProviderHydra, ProviderAuth0, ProviderOIDC) }

// Decode implements envconfig.Decoder.
func (p *Provider) Decode(text string) error { return choose(p, text) }

func (TokenMode) words() []string { return wordsOf(TokenStrict, TokenOptional, TokenPermissive) }

// Decode implements envconfig.Decoder.
func (m *TokenMode) Decode(text string) error { return choose(m, text) }

func (ErrorCodes) words() []string {
	return wordsOf(ErrorCodesAuto, ErrorCodesOwn, ErrorCodesAuth0)
}

// Decode implements envconfig.Decoder.
func (c *ErrorCodes) Decode(text string) error { return choose(c, text) }

func (AudienceStyle) words() []string {
	return wordsOf(AudienceParameter, AudienceResource, AudienceScope, AudienceNone)
}

// Decode implements envconfig.Decoder.
func (s *AudienceStyle) Decode(text string) error { return choose(s, text) }

func (ClientAuth) words() []string { return wordsOf(ClientSecretPost, ClientSecretBasic) }

// Decode implements envconfig.Decoder.
func (a *ClientAuth) Decode(text string) error { return choose(a, text) }

func (Mode) words() []string { return wordsOf(ModeHybrid, ModeMTLS) }

// Decode implements envconfig.Decoder.
func (m *Mode) Decode(text string) error { return choose(m, text) }

func (EnrolmentMode) words() []string {
	return wordsOf(EnrolWithToken, EnrolApproved, EnrolAll)
}

// Decode implements envconfig.Decoder.
func (m *EnrolmentMode) Decode(text string) error { return choose(m, text) }

func (Derivation) words() []string { return wordsOf(DerivationKey, DerivationAuthorName) }

// Decode implements envconfig.Decoder.
func (d *Derivation) Decode(text string) error { return choose(d, text) }

func (LogFormat) words() []string { return wordsOf(LogText, LogJSON) }

// Decode implements envconfig.Decoder.
func (f *LogFormat) Decode(text string) error { return choose(f, text) }

// Level is a least level of log lines. It implements [slog.Leveler].
type Level slog.Level

func (Level) words() []string { return []string{"debug", "info", "warn", "error"} }

// String returns the word for the level.
func (l Level) String() string { return strings.ToLower(slog.Level(l).String()) }

// Level implements [slog.Leveler].
func (l Level) Level() slog.Level { return slog.Level(l) }

// Decode implements envconfig.Decoder. It also knows the reference's WARNING.
func (l *Level) Decode(text string) error {
	word := strings.ToLower(text)
	if word == "warning" {
		word = "warn"
	}
	for _, known := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if Level(known).String() == word {
			*l = Level(known)
			return nil
		}
	}
	return noChoice(text, l.words())
}
