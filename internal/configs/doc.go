// Package configs says what the settings mean to each package: one function for
// each configuration, which the start of an agent, the look before it and the
// commands call alike. A function changes nothing and reads no file, no clock and
// no environment; whoever calls it adds what is not a setting: clocks, loggers,
// keys, files. What a package has no word for stays out.
//
// Only [ReadIssuers] reads files, those that settings about issuers name.
package configs
