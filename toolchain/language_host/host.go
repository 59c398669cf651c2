package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"github.com/pulumi/pulumi/sdk/v3/go/common/version"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/types/known/emptypb"
)

// host serves the engine's LanguageRuntime protocol. What it does not implement (debuggers, packing an SDK) is answered
// with Unimplemented.
type host struct {
	pulumirpc.UnimplementedLanguageRuntimeServer

	ctx     context.Context // ends when the host is interrupted
	stop    context.CancelFunc
	script  string
	tracing string
	engine  string

	// Ends with the Cancel call: what programs run, never the server.
	programs       context.Context
	cancelPrograms context.CancelFunc
}

func newHost(ctx context.Context, stop context.CancelFunc, script, tracing string) *host {
	programs, cancel := context.WithCancel(context.Background())
	return &host{
		ctx: ctx, stop: stop, script: script, tracing: tracing, programs: programs, cancelPrograms: cancel,
	}
}

// attach takes the engine's address, and ends the host once nobody answers there.
func (h *host) attach(engine string) error {
	h.engine = engine
	return rpcutil.Healthcheck(h.ctx, engine, healthCheckEvery, h.stop)
}

// options reads the runtime options of Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml; a plugin without any runs in
// `venv`, never in the Python on PATH.
func options(info *pulumirpc.ProgramInfo, isPlugin bool) (toolchain.PythonOptions, error) {
	read := toolchain.PythonOptions{Root: info.RootDirectory, ProgramDir: info.ProgramDirectory}
	text := map[string]string{}
	for _, name := range []string{"virtualenv", "typechecker", "toolchain"} {
		value, given := info.Options.AsMap()[name]
		if !given {
			continue
		}
		if text[name], given = value.(string); !given {
			return read, fmt.Errorf("%s option must be a string", name)
		}
	}
	read.Virtualenv = text["virtualenv"]
	switch name, given := text["typechecker"]; {
	case !given:
	case name == "mypy":
		read.Typechecker = toolchain.TypeCheckerMypy
	case name == "pyright":
		read.Typechecker = toolchain.TypeCheckerPyright
	default:
		return read, fmt.Errorf("unsupported typechecker option: %s", name)
	}
	switch name, given := text["toolchain"]; {
	case !given:
	case name == "pip":
		read.Toolchain = toolchain.Pip
	case name == "poetry":
		read.Toolchain = toolchain.Poetry
	case name == "uv":
		read.Toolchain = toolchain.Uv
	default:
		return read, fmt.Errorf("unsupported toolchain option: %s", name)
	}
	if isPlugin && read.Virtualenv == "" && (read.Toolchain == toolchain.Pip || read.Toolchain == toolchain.Auto) {
		read.Virtualenv = "venv"
	}
	return read, nil
}

// toolchainOf is what runs programs as the options ask: pip, uv or poetry.
func toolchainOf(info *pulumirpc.ProgramInfo, isPlugin bool) (toolchain.Toolchain, toolchain.PythonOptions, error) {
	read, err := options(info, isPlugin)
	if err != nil {
		return nil, read, err
	}
	chosen, err := toolchain.ResolveToolchain(read)
	return chosen, read, err
}

func (h *host) Handshake(
	_ context.Context, req *pulumirpc.LanguageHandshakeRequest,
) (*pulumirpc.LanguageHandshakeResponse, error) {
	return &pulumirpc.LanguageHandshakeResponse{}, h.attach(req.EngineAddress)
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*pulumirpc.PluginInfo, error) {
	return &pulumirpc.PluginInfo{Version: version.Version}, nil
}

func (h *host) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	h.cancelPrograms()
	return &emptypb.Empty{}, nil
}

// About tells which Python and which toolchain run the program.
func (h *host) About(ctx context.Context, req *pulumirpc.AboutRequest) (*pulumirpc.AboutResponse, error) {
	read := toolchain.PythonOptions{Toolchain: toolchain.Pip}
	if req.Info != nil {
		var err error
		if read, err = options(req.Info, false); err != nil {
			return nil, err
		}
	}
	chosen, err := toolchain.ResolveToolchain(read)
	if err != nil {
		return nil, err
	}
	info, err := aboutOf(ctx, chosen, read)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.AboutResponse{
		Executable: info.PythonExecutable,
		Version:    info.PythonVersion.String(),
		Metadata: map[string]string{
			"toolchain":        toolchain.Name(read.Toolchain),
			"toolchainVersion": info.ToolchainVersion.String(),
			"typechecker":      toolchain.TypeCheckerName(read.Typechecker),
		},
	}, nil
}

// Prints which interpreter this is, its version and that of pip, as JSON.
const aboutPython = `
import importlib.metadata, json, platform, sys
try:
    pip = importlib.metadata.version("pip")
except importlib.metadata.PackageNotFoundError:
    pip = ""
print(json.dumps({"executable": sys.executable, "python": platform.python_version(), "pip": pip}))
`

// aboutOf asks the interpreter of an environment of pip itself, once: starting pip for its version takes a quarter of a
// second at each preview.
func aboutOf(
	ctx context.Context, chosen toolchain.Toolchain, read toolchain.PythonOptions,
) (toolchain.Info, error) {
	var told struct{ Executable, Python, Pip string }
	if read.Toolchain != toolchain.Pip || ask(ctx, chosen, &told, aboutPython) != nil {
		return chosen.About(ctx)
	}
	info := toolchain.Info{PythonExecutable: told.Executable}
	// As of the toolchain itself, a version that cannot be read is left out.
	if version, err := toolchain.ParsePythonVersion(told.Python); err == nil {
		info.PythonVersion = version
	}
	if version, err := toolchain.ParsePipVersion("pip " + told.Pip); err == nil {
		info.ToolchainVersion = version
	}
	return info, nil
}

// RuntimeOptionsPrompts is what `pulumi new` asks for a template that leaves it open.
func (h *host) RuntimeOptionsPrompts(
	_ context.Context, req *pulumirpc.RuntimeOptionsRequest,
) (*pulumirpc.RuntimeOptionsResponse, error) {
	given := req.Info.Options.AsMap()
	choice := func(name string) *pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue {
		return &pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{
			PromptType: pulumirpc.RuntimeOptionPrompt_STRING, StringValue: name, DisplayName: name,
		}
	}
	prompt := func(
		key, description string, choices ...*pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue,
	) *pulumirpc.RuntimeOptionsResponse {
		return &pulumirpc.RuntimeOptionsResponse{Prompts: []*pulumirpc.RuntimeOptionPrompt{{
			Key: key, Description: description, PromptType: pulumirpc.RuntimeOptionPrompt_STRING,
			Choices: choices, Default: choices[0],
		}}}
	}
	switch _, hasVirtualenv := given["virtualenv"]; {
	case given["toolchain"] == nil:
		others := plugin.MakeExecutablePromptChoices("poetry", "uv")
		return prompt("toolchain", "What installs the dependencies and runs the program",
			append([]*pulumirpc.RuntimeOptionPrompt_RuntimeOptionValue{choice("pip")}, others...)...), nil
	case given["toolchain"] == "pip" && !hasVirtualenv:
		return prompt("virtualenv", "The virtual environment", choice("venv")), nil
	default:
		return &pulumirpc.RuntimeOptionsResponse{}, nil
	}
}

func (h *host) Template(
	ctx context.Context, req *pulumirpc.TemplateRequest,
) (*pulumirpc.TemplateResponse, error) {
	chosen, _, err := toolchainOf(req.Info, false)
	if err != nil {
		return nil, err
	}
	err = chosen.PrepareProject(ctx, req.ProjectName, req.Info.ProgramDirectory, false, nil, nil)
	return &pulumirpc.TemplateResponse{}, err
}

// client connects to the engine.
func (h *host) client() (pulumirpc.EngineClient, *grpc.ClientConn, error) {
	if h.engine == "" {
		return nil, nil, errors.New("the engine has told no address: Handshake comes first")
	}
	connection, err := grpc.NewClient(
		h.engine, grpc.WithTransportCredentials(insecure.NewCredentials()), rpcutil.GrpcChannelOptions(),
	)
	if err != nil {
		return nil, nil, fmt.Errorf("the language host cannot reach the engine at %s: %w", h.engine, err)
	}
	return pulumirpc.NewEngineClient(connection), connection, nil
}
