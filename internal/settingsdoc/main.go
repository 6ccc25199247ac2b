// Command settingsdoc writes docs/settings.md and docs/registrar-settings.md from the
// struct tags of package settings. It is run by go generate; a test fails when page and code differ.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("o", "", "file for the settings of an agent; standard output if empty")
	registrar := flag.String("registrar", "", "file for those of a registrar; standard output if empty")
	flag.Parse()
	if err := errors.Join(run(*out, Page()), run(*registrar, RegistrarPage())); err != nil {
		fmt.Fprintln(os.Stderr, "settingsdoc:", err)
		os.Exit(1)
	}
}

func run(out, page string) error {
	if out == "" {
		_, err := os.Stdout.WriteString(page)
		return err
	}
	return os.WriteFile(out, []byte(page), 0o644)
}
