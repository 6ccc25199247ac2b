// Package mcpwire reads the messages of the Model Context Protocol over streamable HTTP
// (versions 2025-03-26 to 2026-07-28), in one way only: whoever reads them behind us must
// find the same method and the same tool in them, however lenient it is.
package mcpwire
