package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/getbindu/bindu-go/identity/evidence"
	"github.com/getbindu/bindu-go/identity/signature"
	"github.com/getbindu/bindu-go/internal/grpcframe"
	"github.com/getbindu/bindu-go/internal/protoform"
)

// messageBounds are those of a message of gRPC that is shown as JSON.
var messageBounds = protoform.Bounds{Bytes: evidence.MaxSize, Depth: 128}

// readable is what was said, for people: messages of gRPC as what they are in JSON, each
// on a line, and everything else as it is. What cannot be read is as it is, too.
func readable(target, contentType string, body []byte, answers bool) []byte {
	method, ok := protoform.MethodOf(target[strings.LastIndex(target, "/")+1:])
	if !ok || !grpcframe.SaysGRPC(contentType) {
		return body
	}
	form := method.Request
	if answers {
		form = method.Response
	}
	var lines [][]byte
	for frames := grpcframe.NewReader(bytes.NewReader(body), len(body)); len(body) > 0; {
		message, err := frames.Next()
		if err != nil {
			return body
		}
		text, err := form.JSON(message, messageBounds)
		if err != nil {
			return body
		}
		lines, body = append(lines, text), body[grpcframe.HeaderBytes+len(message):]
	}
	return bytes.Join(lines, []byte("\n"))
}

// ofGRPC is how a call of gRPC ended.
func ofGRPC(s *signature.GRPCStatus) string {
	switch {
	case s == nil:
		return ""
	case s.Code == 0:
		return " (grpc-status OK)"
	}
	return fmt.Sprintf(" (grpc-status %s: %s)", grpcframe.Code(s.Code), forLine(s.Message))
}
