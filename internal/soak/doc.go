// Package soak holds the long run: the built program under steady load for
// SOAK_TIME, with certificates of minutes and with Hydra and step-ca, the real
// ones, restarted again and again. What leaks or fails only after hours shows
// here.
//
// Everything that happens on a schedule is a share of SOAK_TIME, down to the
// shortest that real programs allow, so that the minute that CI spends runs the
// same code as the day of `make soak`.
package soak
