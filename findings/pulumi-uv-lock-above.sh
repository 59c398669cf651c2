#!/bin/sh
# A uv.lock in any directory above a Pulumi program decides by which tool Pulumi installs and runs it.
#
# Package:   github.com/pulumi/pulumi/sdk/v3 v3.276.0, whose toolchain package Pulumi's Python language host uses.
# Behaviour: without the option `toolchain` in Pulumi.yaml, pip is used; where a directory above, up to the root, has a
#            uv.lock, uv is, or the preview ends where uv is not installed. A program in a repository of many projects, or
#            below a home directory with a lock file of its own, is another one than its own directory says.
# Output:    alone: pip
#            below a directory with uv.lock: Could not find `uv` executable.
# Needs Go 1.25; building Pulumi's SDK takes a minute the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require github.com/pulumi/pulumi/sdk/v3 v3.276.0
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// tool names what would run the program in a directory, or why nothing would.
func tool(directory string) string {
	found, err := toolchain.ResolveToolchain(toolchain.PythonOptions{Root: directory, ProgramDir: directory, Virtualenv: "venv"})
	if err != nil {
		return strings.SplitN(err.Error(), "\n", 2)[0]
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", found), "*toolchain.")
}

func main() {
	os.Setenv("PATH", "") // no uv
	above, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	program := filepath.Join(above, "projects", "program")
	if err := os.MkdirAll(program, 0o700); err != nil {
		panic(err)
	}
	alone := tool(program)
	if err := os.WriteFile(filepath.Join(above, "uv.lock"), []byte("version = 1\n"), 0o600); err != nil {
		panic(err)
	}
	below := tool(program)
	fmt.Println("alone:", alone)
	fmt.Println("below a directory with uv.lock:", below)
	if alone != "pip" || below != "Could not find `uv` executable." {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
