package main

// bindings open the paths of HTTP+JSON and gRPC to what POST / would not take.
func bindings() []mutant {
	in := func(name, file, old, new string, pkgs ...string) mutant { return mutant{name, file, old, new, pkgs} }
	return []mutant{
		in("a variable of a path is any text", "internal/route/pattern.go", "return value, ok && isName(value)", "return value, ok", "./internal/route"),
		in("two patterns fit one path", "internal/route/table.go", "if p.overlaps(other.pattern) {", "if false && p.overlaps(other.pattern) {", "./internal/route", "./gate"),
		in("a pattern fits a public path", "gate/route.go", "_, _, both := protected.Find(path); both", "_, both := c.Protected[path]; both && protected != nil", "./gate"),
		in("other paths take jcs-1", "gate/signature.go", "!claim.Scheme.CoversContentType()", "!claim.Scheme.Binds()", "./gate"),
		in("a policy does not read the parameters", "gate/policy.go", "Params: x.envelope.Params, ", "", "./gate"),
		in("a body without an envelope has a name twice", "internal/jsonrpc/params.go", "if HasDuplicateNames(object) {", "if false && HasDuplicateNames(object) {", "./internal/jsonrpc", "./gate"),
		in("a body without an envelope has no end", "internal/jsonrpc/params.go", "!errors.Is(err, io.EOF)", "false && !errors.Is(err, io.EOF)", "./internal/jsonrpc", "./gate"),
		in("a query parameter that is not known is ignored", "a2a/located.go", "case name == versionParameter:", "case name == versionParameter || !ok:", "./a2a"),
		in("a query says a thing twice", "a2a/located.go", "case seen[parameter.member]:", "case false && seen[parameter.member]:", "./a2a"),
		in("a body names another task than the path", "a2a/located.go", "if value.Kind() != jsontext.KindString || unquoted(value) != id {", "if false {", "./a2a"),
		in("a tenant is passed over", "a2a/version1.go", "if tenant == \"\" {", "if true {", "./a2a"),
		in("a tenant before a path is passed over", "a2a/located.go", "{\"id\", \"id\", \"task\"}, tenantVariable}", "{\"id\", \"id\", \"task\"}}", "./a2a"),
		in("a tenant of a webhook is passed over", "a2a/version1.go", "return &req, noTenant(req.Config.PushConfig.Tenant)", "return &req, nil", "./a2a"),
		in("a tenant stands before any path", "gate/route.go", "found && r.form() == jsonrpc.Bare {", "found {", "./gate", "./internal/hostile"),
		in("a tenant is any text", "internal/route/table.go", "if !rooted || !more || !isName(first) {", "if !rooted || !more {", "./internal/route", "./gate"),
		in("what is not found has no binding", "gate/route.go", "r.Handler == nil && c.beside(x.r, path)", "false", "./gate", "./internal/hostile"),
		in("times lose their zeros", "a2a/encoder.go", "15:04:05.000Z", "15:04:05.999Z", "./a2a"),
		in("a body beside a query is ignored", "a2a/located.go", "env.Params != nil && r.Method != http.MethodPost", "false", "./a2a"),
		in("a body of gRPC has an end", "internal/grpcframe/frame.go", "uint64(binary.BigEndian.Uint32(body[1:])) != uint64(len(body)-HeaderBytes)", "uint64(binary.BigEndian.Uint32(body[1:])) > uint64(len(body)-HeaderBytes)", "./internal/grpcframe", "./gate"),
		in("a compressed message is read", "internal/grpcframe/frame.go", "return ErrCompressed", "return nil", "./internal/grpcframe", "./gate"),
		in("a field of a message stands twice", "internal/protoform/tojsonfield.go", "kind != f.wire() || seen&(1<<n) != 0", "kind != f.wire()", "./internal/protoform", "./gate"),
		in("a filter that is not known is ignored", "internal/protoform/tojsonfield.go", "if !t.closed {", "if true {", "./internal/protoform", "./gate"),
		in("a message is as large as it likes", "internal/protoform/tojson.go", "case length > w.Bytes:", "case false:", "./internal/protoform", "./gate"),
		in("a message is not paid for", "internal/protoform/tojson.go", "if w.Hold != nil && !w.Hold(int64(size-cap(w.out))) {", "if false {", "./internal/protoform", "./gate"),
		in("a message nests as deep as it likes", "internal/protoform/tojson.go", "if depth > w.Depth {", "if false {", "./internal/protoform", "./gate"),
		in("a message has a name twice", "gate/message.go", "if jsonrpc.HasDuplicateNames(params) {", "if false {", "./gate"),
		in("gRPC over HTTP/1.1", "gate/message.go", "case r.ProtoMajor < 2 && grpcframe.SaysGRPC(contentType):", "case false:", "./gate"),
		in("a stream of gRPC ends well whatever ended it", "a2a/grpc.go", "if !e.grpc || e.ended {", "if !e.grpc {", "./a2a"),
		in("an error of gRPC has no details", "internal/jsonrpc/grpc.go", "for _, d := range details {", "for _, d := range details[:0] {", "./internal/jsonrpc", "./gate", "./a2a"),
		in("an answer of gRPC needs no status", "peer/grpc.go", "s, err := grpcframe.ReadStatus(said)\n\tif err != nil {", "s, err := grpcframe.ReadStatus(said)\n\tif false {", "./peer"),
		in("an answer of gRPC has a name twice", "peer/grpc.go", "case jsonrpc.HasDuplicateNames(result):", "case jsonrpc.HasDuplicateNames(nil):", "./peer"),
		in("a binding that is not declared is spoken", "peer/binding.go", "if declared.URL == \"\" {", "if false {", "./peer"),
		in("other bindings are signed by any scheme", "peer/binding.go", "if !p.scheme().CoversContentType() {", "if false {", "./peer"),
		in("errors of HTTP+JSON are a success", "a2a/errors.go", "return body, known.status, true", "return body, http.StatusOK, true", "./a2a"),
	}
}
