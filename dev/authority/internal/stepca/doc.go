// Package stepca makes a certificate authority of two levels and runs the real step-ca on it.
package stepca
