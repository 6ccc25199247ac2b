// Package settings reads what an operator chose, once, from the environment and
// a .env file, and reports everything that is wrong with it at the same time.
//
// Variables are named SECTION__NAME, as the Python reference agent names them;
// its own names are understood. [Load] never changes the process environment
// and keeps no state, so two agents in one process can have settings of their
// own. The struct tags of [Settings] are the only description of a setting:
// decoding, `agent config` and docs/settings.md all come from them.
//
// The decoder is written here because the usual one reads the process
// environment alone, stops at the first fault, and repeats the faulty value,
// be it a secret, in its error.
package settings

//go:generate go run ../internal/settingsdoc -o ../docs/settings.md
