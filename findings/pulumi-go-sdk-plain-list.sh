#!/bin/sh
# The Go SDK of a component that takes a plain list of plain objects refers to a type that it does not have.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0, by whose generator `pulumi package add` and `gen-sdk` make Go.
# Behaviour: the argument is of type []VSwitchArgs, and VSwitchArgs is made only where the members are inputs: the SDK
#            does not compile. Pulumi's Python component host writes such a schema for list[VSwitch].
# Output:    plain members: VSwitchArgs is used, and made: false
#            input members: VSwitchInput is used, and made: true
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
	"bytes"
	"fmt"
	"os"
	"regexp"

	gogen "github.com/pulumi/pulumi/pkg/v3/codegen/go"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// The type of the members of a list that the SDK of a component uses, and whether the SDK has it.
func members(plain bool) (string, bool) {
	name := schema.PropertySpec{TypeSpec: schema.TypeSpec{Type: "string", Plain: true}}
	item := schema.TypeSpec{Ref: "#/types/shop:index:VSwitch", Plain: plain}
	list := schema.PropertySpec{TypeSpec: schema.TypeSpec{Type: "array", Plain: true, Items: &item}}
	spec := schema.PackageSpec{
		Name:    "shop",
		Version: "1.0.0",
		Types: map[string]schema.ComplexTypeSpec{"shop:index:VSwitch": {ObjectTypeSpec: schema.ObjectTypeSpec{
			Type: "object", Properties: map[string]schema.PropertySpec{"name": name}, Required: []string{"name"},
		}}},
		Resources: map[string]schema.ResourceSpec{"shop:index:Network": {
			IsComponent:     true,
			InputProperties: map[string]schema.PropertySpec{"vswitches": list},
			RequiredInputs:  []string{"vswitches"},
		}},
	}
	bound, err := schema.ImportSpec(spec, nil, schema.NewNullLoader(), schema.ValidationOptions{})
	if err != nil {
		panic(err)
	}
	files, err := gogen.GeneratePackage("finding", bound, nil)
	if err != nil {
		panic(err)
	}
	var all bytes.Buffer
	for _, content := range files {
		all.Write(content)
	}
	used := string(regexp.MustCompile(`\bVswitches \[\](VSwitch\w+)`).FindSubmatch(all.Bytes())[1])
	return used, bytes.Contains(all.Bytes(), []byte("\ntype "+used+" "))
}

func main() {
	asExpected := true
	for _, plain := range []bool{true, false} {
		used, made := members(plain)
		fmt.Printf("%s members: %s is used, and made: %t\n", map[bool]string{true: "plain", false: "input"}[plain], used, made)
		asExpected = asExpected && made != plain
	}
	if !asExpected {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
