// Command pulumi-tfgen-alicloud writes the plugin's Pulumi schema to the file that its one argument names. It is a
// program of its own, as that of the official plugin is, so that the plugin need not hold the code generators.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"classic-to-vpc.invalid/toolchain/plugin/bridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// version is set by the linker (-X main.version=...).
var version = "0.0.0-unset"

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("usage: %s FILE", os.Args[0]))
	}
	if err := write(os.Args[1]); err != nil {
		fail(err)
	}
}

func write(file string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	// The generator reads the Pulumi.yaml above the working directory: this repository has one, which is none of its.
	if err := os.Chdir("/"); err != nil {
		return err
	}
	// Most of Alibaba's resources are not mapped, on purpose.
	if err := os.Setenv("PULUMI_SKIP_MISSING_MAPPING_ERROR", "true"); err != nil {
		return err
	}
	generated, err := tfgen.GenerateSchemaWithOptions(tfgen.GenerateSchemaOptions{
		ProviderInfo: bridge.Provider(version),
		// The warnings are about what is not mapped and what has no documentation.
		DiagnosticsSink: diag.DefaultSink(io.Discard, io.Discard, diag.FormatOptions{Color: colors.Never}),
		XInMemoryDocs:   true,
	})
	if err != nil {
		return fmt.Errorf("no schema can be generated: %w", err)
	}
	generated.PackageSpec.Version = version
	encoded, err := json.Marshal(generated.PackageSpec)
	if err != nil {
		return err
	}
	return os.WriteFile(file, encoded, 0o644)
}

// fail writes to stderr itself: Alibaba's provider turns the log package's output off.
func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
