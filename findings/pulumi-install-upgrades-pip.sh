#!/bin/sh
# `pulumi install` takes the newest pip, setuptools and wheel into a virtual environment, whatever was pinned.
#
# Package:   github.com/pulumi/pulumi/sdk/v3 v3.276.0, whose toolchain package Pulumi's Python language host uses.
# Behaviour: before it installs requirements.txt it upgrades these three from the package index, also in an environment that
#            was there before with a pinned pip, and adds those that were not. Only a pin in requirements.txt itself, which is
#            installed after, brings one back.
# Output:    before: pip 24.0
#            after: pip 26.3, setuptools 84.2.1, wheel 0.48.0 (whatever is the newest)
# Needs Go 1.25; building Pulumi's SDK takes a minute the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check pip==24.0
venv/bin/python -m pip uninstall --quiet --disable-pip-version-check --yes setuptools wheel 2>/dev/null
mkdir program
touch program/requirements.txt
cat > go.mod <<'EOF'
module finding

go 1.25

require github.com/pulumi/pulumi/sdk/v3 v3.276.0
EOF
cat > main.go <<'EOF'
package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

func main() {
	directory, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	program := filepath.Join(directory, "program")
	pip, err := toolchain.ResolveToolchain(toolchain.PythonOptions{
		Root: program, ProgramDir: program, Virtualenv: filepath.Join(directory, "venv"), Toolchain: toolchain.Pip,
	})
	if err != nil {
		panic(err)
	}
	if err := pip.InstallDependencies(context.Background(), program, false, false, io.Discard, os.Stderr); err != nil {
		panic(err)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
installed() {
  venv/bin/python - <<'EOF'
from importlib.metadata import distributions

found = {it.name: it.version for it in distributions()}
print(", ".join(f"{name} {found[name]}" for name in ("pip", "setuptools", "wheel") if name in found))
EOF
}
before=$(installed)
./finding
after=$(installed)
echo "before: $before"
echo "after: $after"
test "$before" = "pip 24.0"
case $after in
"pip 24.0, "*) exit 1 ;;
"pip "*", setuptools "*", wheel "*) ;;
*) exit 1 ;;
esac
