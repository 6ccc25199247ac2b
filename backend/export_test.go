package backend

// KillGuard ends the guard process and waits until it is gone.
func KillGuard(e *Exec) {
	e.guard.mu.Lock()
	defer e.guard.mu.Unlock()
	_ = e.guard.cmd.Process.Kill()
	_ = e.guard.cmd.Wait()
}
