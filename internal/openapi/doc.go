// Package openapi holds requests and answers to an OpenAPI 3.1 document, for tests. It
// knows the parts of OpenAPI that our documents use, and refuses a document with others.
package openapi
