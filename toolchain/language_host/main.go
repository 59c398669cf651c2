// Command pulumi-language-python is the Python language host of the built engine: it starts programs, policy packs and
// provider plugins, and writes Python code.
//
// The official host's own module is not on the Go module proxy. What it stands on is: Pulumi's toolchains (pip, uv,
// poetry), its proxy of policy packs and its code generator. This host serves the same protocol with the same
// packages, at the engine's own version, so that what fails on the official host fails here, by the same words.
// toolchain/README.md lists what that means, with the test of each row.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
)

// The SDK's script that runs a program, beside this binary.
const execScript = "pulumi-language-python-exec"

// How often the host looks whether its engine is still there.
const healthCheckEvery = 5 * time.Minute

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	showVersion := flag.Bool("version", false, "print the version and exit")
	tracing := flag.String("tracing", "", "a Zipkin-compatible endpoint, passed on to the program")
	flag.Parse()
	if *showVersion {
		fmt.Println(version.Version)
		return nil
	}
	script, err := besideThisBinary(execScript)
	if err != nil {
		return err
	}

	// An interrupt ends the host in order: what is running is asked to end, and then the server stops.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	h := newHost(ctx, stop, script, *tracing)
	if engine := flag.Arg(0); engine != "" {
		if err := h.attach(engine); err != nil {
			return err
		}
	}
	interrupted := make(chan bool)
	go func() {
		<-ctx.Done()
		close(interrupted)
	}()
	serving, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: interrupted,
		Init: func(server *grpc.Server) error {
			pulumirpc.RegisterLanguageRuntimeServer(server, h)
			return nil
		},
	})
	if err != nil {
		return fmt.Errorf("the language host cannot serve: %w", err)
	}
	fmt.Println(serving.Port)
	return <-serving.Done
}

func besideThisBinary(name string) (string, error) {
	binary, err := os.Executable()
	if err != nil {
		return "", err
	}
	path := filepath.Join(filepath.Dir(binary), name)
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("missing %s: %w", path, err)
	}
	return path, nil
}
