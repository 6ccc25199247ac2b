package main

// servers removes what bounds connections, answers and the admin port.
func servers() []mutant {
	frames, hostile := []string{"./server", "./internal/hostile"}, []string{"./internal/hostile -run=^TestHostile$/^162"}
	held := []string{"./internal/answers", "./internal/hostile -run=^TestHostile$/^172"}
	return []mutant{
		{"net/http answers OPTIONS * itself", "server/server.go", "DisableGeneralOptionsHandler: true,", "", hostile},
		{"OPTIONS * is a path that is not there", "gate/route.go", "if wholeServer(x.r, path) {", "if false {", hostile},
		{"a refusal is lost while the body is waited for", "server/bounded.go", "if r.ProtoMajor == 1 && !x.read.ended.Load() {", "if false {", append([]string{"./server"}, hostile...)},
		{"an HTTP/2 frame may take any time", "server/http2.go", "return c.Conn.SetReadDeadline(time.Now().Add(c.timeouts.Header))", "return nil", frames},
		{"the content of a DATA frame may take any time", "server/http2.go", "return c.Conn.SetReadDeadline(time.Now().Add(c.timeouts.Body))", "return c.Conn.SetReadDeadline(time.Time{})", frames},
		{"a header of many frames may take any time", "server/frames.go", "f.block = f.head[flagsIndex]&flagEndHeaders == 0", "f.block = false", frames},
		{"bytes below a request may rest for any time", "server/watch.go", "unfinished := w.following && (w.within || w.begun)", "unfinished := false", frames},
		{"answers nobody reads may hold anything", "internal/answers/answers.go", "return bytes <= a.held || others == 0 || others+bytes <= a.limit", "return true || others == 0", held},
		{"large answers are made all at once", "internal/answers/answers.go", "case bytes > large && !a.turn:", "case false:", held},
		{"a page of a list may hold anything", "task/sqlrows/read.go", "f.MaxBytes != 0 && size > f.MaxBytes", "false", []string{"./task/sqlite", "./internal/hostile -run=^TestHostile$/^172"}},
		{"nobody asks for room", "task/reserve.go", "return reserve(bytes)", "return nil", []string{"./task/sqlite", "./task -run=Room"}},
		{"the admin port answers to any name", "admin/hosts.go", "if isOwnName(r.Host, names) {", "if true {", []string{"./admin", "./internal/hostile -run=^TestHostile$/^179"}},
	}
}
