// Command pulumi-resource-alicloud is the provider plugin.
package main

import (
	_ "embed"

	"classic-to-vpc.invalid/toolchain/plugin/bridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
)

// version is set by the linker (-X main.version=...).
var version = "0.0.0-unset"

// pulumiSchema is what pulumi-tfgen-alicloud writes. It is no file of the repository: the build lays it over this
// directory (-overlay), so that it is always of the same sources as the plugin.
//
//go:embed schema.json
var pulumiSchema []byte

func main() {
	tfbridge.Main(bridge.PackageName, version, bridge.Provider(version), pulumiSchema)
}
