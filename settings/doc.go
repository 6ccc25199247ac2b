// Package settings reads what an operator chose, once, from the environment and
// a .env file, and reports everything that is wrong with it at the same time.
//
// Variables are named SECTION__NAME, as the Python reference agent names them;
// its own names are understood. A setting is one member of a section's struct:
// its tags say variable, default and meaning, its type what a value must
// satisfy, and the section's ranges how large it may be. Decoding, `agent
// config` and docs/settings.md all come from them. The rest of the package
// speaks of a setting by the address of its field, so that a rule about one
// that does not exist cannot be written.
//
// github.com/kelseyhightower/envconfig decodes. It reads the process environment
// alone, stops at the first fault and repeats the faulty value; so [Load] puts
// what was chosen there under the members' whole names, takes away what is
// faulty and decodes again, keeps the cause without the value, and restores the
// environment at the end. One loader serves two programs: an agent ([Settings]) and the
// registrar ([RegistrarSettings]); what both have in common are structs that both
// embed. Programs with several agents make [Default] settings,
// set fields, and call [Settings.Validate], which touches no environment.
package settings

//go:generate go run ../internal/settingsdoc -o ../docs/settings.md -registrar ../docs/registrar-settings.md
