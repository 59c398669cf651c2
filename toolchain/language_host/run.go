package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	// By this exit code the SDK's script says that the error has been shown.
	exitShown = 32
	// What an interrupted program is given to end by itself.
	grace = 5 * time.Second
)

var errNoDebugger = status.Error(codes.Unimplemented, "this Pulumi build attaches no debugger; use the official Pulumi")

// Run runs a Pulumi program to its end. Where the engine ends its request, as it does once a policy has refused a
// preview, the program is interrupted.
func (h *host) Run(ctx context.Context, req *pulumirpc.RunRequest) (*pulumirpc.RunResponse, error) {
	if req.GetAttachDebugger() {
		return nil, errNoDebugger
	}
	_, connection, err := h.client()
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	chosen, read, err := toolchainOf(req.Info, false)
	if err != nil {
		return nil, err
	}
	if err := chosen.ValidateVenv(ctx); err != nil {
		return nil, err
	}
	config, err := configVariables(req)
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(h.programs)
	defer cancel()
	defer context.AfterFunc(ctx, cancel)()
	command, err := chosen.Command(running, h.programArguments(req)...)
	if err != nil {
		return nil, err
	}
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = grace
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	command.Env = append(command.Environ(), config...)
	if err := h.checkTypes(ctx, chosen, read); err != nil {
		return nil, err
	}
	return outcome(command.Run()), nil
}

func (h *host) programArguments(req *pulumirpc.RunRequest) []string {
	arguments := []string{h.script}
	for _, flag := range []struct{ name, value string }{
		{"monitor", req.MonitorAddress},
		{"engine", h.engine},
		{"project", req.Project},
		{"root_directory", req.Info.RootDirectory},
		{"stack", req.Stack},
		{"pwd", req.Pwd},
		{"dry_run", strconv.FormatBool(req.DryRun)},
		{"parallel", strconv.Itoa(int(req.Parallel))},
		{"tracing", h.tracing},
		{"organization", req.Organization},
	} {
		if flag.value != "" {
			arguments = append(arguments, "--"+flag.name, flag.value)
		}
	}
	return append(append(arguments, req.Info.EntryPoint), req.Args...)
}

// configVariables are the stack's configuration, in the variables where the SDK looks for it.
func configVariables(req *pulumirpc.RunRequest) ([]string, error) {
	secretKeys := req.ConfigSecretKeys
	if secretKeys == nil {
		secretKeys = []string{}
	}
	keys, err := json.Marshal(secretKeys)
	if err != nil {
		return nil, fmt.Errorf("failed to serialize configuration secret keys: %w", err)
	}
	variables := []string{"PULUMI_CONFIG_SECRET_KEYS=" + string(keys)}
	if req.Config == nil {
		return variables, nil
	}
	values, err := json.Marshal(req.Config)
	if err != nil {
		return nil, fmt.Errorf("failed to serialize configuration: %w", err)
	}
	return append(variables, "PULUMI_CONFIG="+string(values)), nil
}

// checkTypes runs the type checker that the runtime option `typechecker` names; its findings are an error.
func (h *host) checkTypes(ctx context.Context, chosen toolchain.Toolchain, read toolchain.PythonOptions) error {
	if read.Typechecker == toolchain.TypeCheckerNone {
		return nil
	}
	name := strings.ToLower(toolchain.TypeCheckerName(read.Typechecker))
	installed, err := chosen.ListPackages(ctx, true)
	if err != nil {
		return err
	}
	found := false
	for _, item := range installed {
		found = found || item.Name == name
	}
	if !found {
		return fmt.Errorf("The typechecker option is set to %s, but %s is not installed", name, name) //nolint:staticcheck
	}
	arguments := []string{"-m", name}
	if read.Typechecker == toolchain.TypeCheckerMypy {
		virtualenv, err := chosen.VirtualEnvPath(ctx)
		if err != nil {
			return err
		}
		excluded, err := filepath.Rel(read.ProgramDir, virtualenv)
		if err != nil {
			return err
		}
		arguments = append(arguments, "--exclude", excluded)
	}
	command, err := chosen.Command(ctx, append(arguments, read.ProgramDir)...)
	if err != nil {
		return err
	}
	var output bytes.Buffer
	command.Dir = read.ProgramDir
	command.Stdout, command.Stderr = io.MultiWriter(os.Stdout, &output), io.MultiWriter(os.Stderr, &output)
	if err := command.Run(); err != nil {
		return fmt.Errorf("%s failed: %w\n%s", name, err, output.String())
	}
	return nil
}

// outcome is how the end of a program is reported.
func outcome(err error) *pulumirpc.RunResponse {
	var ended *exec.ExitError
	switch {
	case err == nil:
		return &pulumirpc.RunResponse{}
	case !errors.As(err, &ended):
		return &pulumirpc.RunResponse{
			Error: fmt.Sprintf("problem executing program (could not run language executor): %s", err),
		}
	case ended.ExitCode() == exitShown:
		return &pulumirpc.RunResponse{Bail: true}
	default:
		return &pulumirpc.RunResponse{
			Error: fmt.Sprintf("program exited with non-zero exit code: %d", ended.ExitCode()),
		}
	}
}

// RunPlugin runs a policy pack or a provider plugin, with its output and at last its exit code as the answer. Of the
// variables that both set, the engine's own win over the virtual environment's and over the stack's.
func (h *host) RunPlugin(req *pulumirpc.RunPluginRequest, server pulumirpc.LanguageRuntime_RunPluginServer) error {
	if req.GetAttachDebugger() {
		return errNoDebugger
	}
	ctx, isPack := server.Context(), req.Kind == string(apitype.AnalyzerPlugin)
	chosen, _, err := toolchainOf(req.Info, !isPack)
	if err != nil {
		return err
	}
	command, err := pluginCommand(ctx, chosen, req)
	if err != nil {
		return err
	}
	command.Dir = req.Pwd
	if isPack {
		command.Dir = req.Info.ProgramDirectory
	}
	closer, stdout, stderr, err := rpcutil.MakeRunPluginStreams(server, false)
	if err != nil {
		return err
	}
	defer closer.Close()
	run := command.Run
	if isPack {
		// The engine connects to the proxy, tells it the stack, and only then the pack is started, with the stack in
		// its environment.
		proxy, packStdout, err := sdk.NewPolicyProxy(ctx, stdout)
		if err != nil {
			return fmt.Errorf("could not start policy pack proxy: %w", err)
		}
		stack, err := proxy.AwaitConfiguration(ctx)
		if err != nil {
			return fmt.Errorf("could not get stack configuration: %w", err)
		}
		variables, err := stackVariables(stack)
		if err != nil {
			return err
		}
		command.Env, stdout = append(command.Env, variables...), packStdout
		run = func() error {
			if err := command.Start(); err != nil {
				// Else the engine waits for the pack for ever; a proxy of an older SDK knows no better.
				if able, ok := any(proxy).(interface{ Abort(error) }); ok {
					able.Abort(err)
				}
				return err
			}
			return proxy.Attach(ctx, command)
		}
	}
	command.Env = append(command.Env, req.Env...)
	command.Stdout, command.Stderr = stdout, stderr
	err = run()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return closer.Close()
	case errors.As(err, &ended):
		return server.Send(&pulumirpc.RunPluginResponse{
			Output: &pulumirpc.RunPluginResponse_Exitcode{Exitcode: int32(ended.ExitCode())}, //nolint:gosec // 8 bits
		})
	default:
		return fmt.Errorf("problem executing plugin program (could not run language executor): %w", err)
	}
}

// pluginCommand starts a policy pack by the SDK's policy module; any other plugin as a program, or, where it has no
// __main__.py, as the package that its pyproject.toml builds.
func pluginCommand(
	ctx context.Context, chosen toolchain.Toolchain, req *pulumirpc.RunPluginRequest,
) (*exec.Cmd, error) {
	directory := req.Info.ProgramDirectory
	_, err := os.Stat(filepath.Join(req.Info.RootDirectory, "__main__.py"))
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("looking for __main__.py: %w", err)
	}
	if err == nil || !knowsPackages(ctx, chosen) {
		if req.Kind == string(apitype.AnalyzerPlugin) {
			return chosen.Command(ctx, append(append([]string{"-u", "-m", "pulumi.policy"}, req.Args...), directory)...)
		}
		return chosen.Command(ctx, append([]string{directory}, req.Args...)...)
	}
	isPackage, err := toolchain.IsBuildablePackage(req.Info.RootDirectory)
	if err != nil {
		return nil, fmt.Errorf("checking if plugin is a buildable package: %w", err)
	}
	if !isPackage {
		return nil, errors.New("plugin is not runnable, it provides neither __main__.py nor a buildable pyproject.toml")
	}
	pyproject, err := toolchain.LoadPyproject(req.Info.RootDirectory)
	if err != nil {
		return nil, fmt.Errorf("loading pyproject: %w", err)
	}
	return chosen.ModuleCommand(ctx, "pulumi.run.plugin", append([]string{pyproject.Project.Name}, req.Args...)...)
}

// knowsPackages is whether the plugin's Pulumi SDK can run a plugin that is a package.
func knowsPackages(ctx context.Context, chosen toolchain.Toolchain) bool {
	command, err := chosen.Command(ctx, "-c", "import pulumi.run.plugin")
	if err != nil {
		return false
	}
	answer, err := command.CombinedOutput()
	return err == nil || !strings.Contains(string(answer), "ModuleNotFoundError")
}

// stackVariables are what a policy pack reads about the stack in its environment.
func stackVariables(stack *pulumirpc.AnalyzerStackConfigureRequest) ([]string, error) {
	if stack == nil {
		return nil, nil
	}
	variables := []string{"PULUMI_DRY_RUN=" + strconv.FormatBool(stack.DryRun)}
	add := func(name, value string) {
		if value != "" {
			variables = append(variables, name+"="+value)
		}
	}
	add("PULUMI_ORGANIZATION", stack.Organization)
	add("PULUMI_PROJECT", stack.Project)
	add("PULUMI_STACK", stack.Stack)
	if stack.Config != nil {
		config, err := json.Marshal(stack.Config)
		if err != nil {
			return nil, fmt.Errorf("could not marshal stack configuration: %w", err)
		}
		add("PULUMI_CONFIG", string(config))
	}
	return variables, nil
}
