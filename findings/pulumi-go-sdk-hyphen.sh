#!/bin/sh
# The Go SDK of a package whose name has a hyphen imports a package that is not part of it.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0, by whose generator `pulumi package gen-sdk --language go` works.
# Behaviour: the directory of the SDK leaves the hyphen out, and its files import `internal` by a path with the hyphen: it
#            does not compile. Without a hyphen in the name it does, and so does what `pulumi package add` makes.
# Output:    shopnetwork: internal is imported as example.com/pulumi-shopnetwork/sdk/go/shopnetwork/internal, there: true
#            shop-network: internal is imported as example.com/pulumi-shop-network/sdk/go/shop-network/internal, there: false
# Needs Go 1.25; building the generator takes some minutes the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require github.com/pulumi/pulumi/pkg/v3 v3.276.0

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// Where the SDK of a package with one component imports its own `internal`, and whether its files are there.
func internal(name string) (string, bool) {
	spec := schema.PackageSpec{
		Name:    name,
		Version: "1.0.0",
		Resources: map[string]schema.ResourceSpec{name + ":index:Network": {IsComponent: true}},
	}
	bound, err := schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		panic(err)
	}
	files, err := gogen.GeneratePackage("finding", bound, nil)
	if err != nil {
		panic(err)
	}
	imported := ""
	for _, content := range files {
		if found := regexp.MustCompile(`"(\S+/internal)"`).FindSubmatch(content); found != nil {
			imported = string(found[1])
		}
	}
	directory := strings.TrimPrefix(imported, "example.com/pulumi-"+name+"/sdk/go/")
	for path := range files {
		if strings.HasPrefix(path, directory+"/") {
			return imported, true
		}
	}
	return imported, false
}

func main() {
	asExpected := true
	for _, name := range []string{"shopnetwork", "shop-network"} {
		imported, there := internal(name)
		fmt.Printf("%s: internal is imported as %s, there: %t\n", name, imported, there)
		asExpected = asExpected && imported != "" && there == (name == "shopnetwork")
	}
	if !asExpected {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
