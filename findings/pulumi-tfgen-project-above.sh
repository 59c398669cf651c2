#!/bin/sh
# The Terraform bridge's generator reads the Pulumi.yaml of whatever project it is run below.
#
# Package:   github.com/pulumi/pulumi-terraform-bridge/v3 v3.137.0, with a resource of terraform-plugin-sdk v1.17.2.
# Behaviour: the schema of a provider is generated from the provider alone. But where a directory above the working directory
#            has a Pulumi.yaml that names a plugin by its path, the generator looks for that plugin, relative to the working
#            directory in place of the project's, and ends with an error.
# Output:    alone: generated 1
#            below a project with a plugin of its own: failed to create generator: parsing plugin options for 'other':
#            no folder at path 'DIR/generator/provider'
# Needs Go 1.25; building the bridge takes some minutes the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
mkdir -p "$dir/provider" "$dir/generator"
cd "$dir/generator"
cat > go.mod <<'EOF'
module finding

go 1.25

require (
	github.com/hashicorp/terraform-plugin-sdk v1.17.2
	github.com/pulumi/pulumi-terraform-bridge/v3 v3.137.0
	github.com/pulumi/pulumi/sdk/v3 v3.256.0
)

replace (
	github.com/hashicorp/terraform-exec => github.com/hashicorp/terraform-exec v0.15.0
	github.com/hashicorp/terraform-plugin-sdk/v2 => github.com/pulumi/terraform-plugin-sdk/v2 v2.0.0-20260318212141-5525259d096b
)
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"io"

	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

func main() {
	nothing := func(*schema.ResourceData, interface{}) error { return nil }
	thing := &schema.Resource{
		Create: nothing, Read: nothing, Delete: nothing,
		Schema: map[string]*schema.Schema{"name": {Type: schema.TypeString, Required: true, ForceNew: true}},
	}
	info := tfbridge.ProviderInfo{
		P:         shimv1.NewProvider(&schema.Provider{ResourcesMap: map[string]*schema.Resource{"tiny_thing": thing}}),
		Name:      "tiny",
		Version:   "0.1.0",
		Resources: map[string]*tfbridge.ResourceInfo{"tiny_thing": {Tok: "tiny:index/thing:Thing"}},
	}
	generated, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo: info, XInMemoryDocs: true,
		DiagnosticsSink: diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never}),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("generated", len(generated.PackageSpec.Resources))
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
alone=$(./finding)
cat > "$dir/Pulumi.yaml" <<'EOF'
name: app
runtime: python
plugins:
  providers:
    - name: other
      path: provider
EOF
below=$(./finding)
echo "alone: $alone"
echo "below a project with a plugin of its own: $below"
test "$alone" = "generated 1"
case $below in
*"no folder at path"*"generator/provider"*) ;;
*) exit 1 ;;
esac
