// Package mcp stands in front of a plain MCP server on this machine: it hands on what the
// gates let through, in the name of the caller that they proved, and keeps the sessions of
// callers apart. What speaks to it is streamable HTTP, in any version of the protocol.
//
// Its API is not stable.
package mcp
