#!/bin/sh
# Pulumi reads a time without quotes in a stack file as another text, and writes that back when it changes the file.
#
# Package:   github.com/pulumi/pulumi/sdk/v3 v3.276.0, by which the Pulumi CLI reads and writes stack files.
# Behaviour: a value such as 2026-12-12T02:00:00+08:00 is a timestamp in YAML. The program gets it in Go's own form, with
#            the offset twice, which is no ISO 8601; and whatever changes the file, such as `pulumi stack init` and
#            `pulumi config set`, replaces the text in it. A time in quotes stays as it is.
# Output:    plain: 2026-12-12 02:00:00 +0800 +0800
#            quoted: 2026-12-12T02:00:00+08:00
#            saved: shop:plain: 2026-12-12 02:00:00 +0800 +0800
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
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/config"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func main() {
	sink := diag.DefaultSink(os.Stdout, os.Stderr, diag.FormatOptions{Color: colors.Never})
	project, err := workspace.LoadProject("Pulumi.yaml")
	check(err)
	stack, err := workspace.LoadProjectStack(sink, project, "Pulumi.dev.yaml")
	check(err)
	for _, name := range []string{"plain", "quoted"} {
		value, err := stack.Config[config.MustMakeKey("shop", name)].Value(config.NopDecrypter)
		check(err)
		fmt.Printf("%s: %s\n", name, value)
	}
	check(stack.Save("Pulumi.dev.yaml"))
	saved, err := os.ReadFile("Pulumi.dev.yaml")
	check(err)
	fmt.Printf("saved: %s\n", strings.TrimSpace(strings.Split(string(saved), "\n")[1]))
}
EOF
printf 'name: shop\nruntime: python\n' > Pulumi.yaml
cat > Pulumi.dev.yaml <<'EOF'
config:
  shop:plain: 2026-12-12T02:00:00+08:00
  shop:quoted: "2026-12-12T02:00:00+08:00"
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding > found
cat found
cat > expected <<'EOF'
plain: 2026-12-12 02:00:00 +0800 +0800
quoted: 2026-12-12T02:00:00+08:00
saved: shop:plain: 2026-12-12 02:00:00 +0800 +0800
EOF
cmp -s found expected
