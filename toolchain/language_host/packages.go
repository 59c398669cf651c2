package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/pulumi/pulumi/sdk/v3/python/toolchain"
)

// The oldest Python that Pulumi runs on.
var oldestPython = semver.MustParse("3.7.0")

// Packages whose names begin like an SDK's, and that need no plugin.
var withoutPlugin = map[string]bool{"pulumi-policy": true, "pulumi-esc-sdk": true}

// Finds the pulumi-plugin.json of a package by the name of its distribution; no text where it has none.
const pluginFile = `
import importlib.metadata, importlib.util, json, pathlib, re, sys
def find(distribution_name):
    try:
        module = distribution_name.replace("-", "_")
        places = importlib.util.find_spec(module).submodule_search_locations or []
    except Exception:
        return ""
    files = (pathlib.Path(place, "pulumi-plugin.json") for place in places)
    return next((str(file) for file in files if file.is_file()), "")
`

// Prints the plugin file of each package named on the command line, as a JSON object.
const findPluginFiles = pluginFile + `
def named(name):
    try:
        return find(importlib.metadata.distribution(name).metadata["Name"])
    except Exception:
        return ""
print(json.dumps({name: named(name) for name in sys.argv[1:]}))
`

// Prints what "pip list" lists, by normalized names (PEP 503), each package with its plugin file; fails without pip.
// Metadata is parsed anew at each access: three accesses a package were a third of the time.
const listPackages = pluginFile + `
sys.exit("no pip") if importlib.util.find_spec("pip") is None else None
first = {}
for distribution in importlib.metadata.distributions():
    metadata = distribution.metadata
    if name := metadata["Name"]:
        first.setdefault(re.sub("[-_.]+", "-", name).lower(), (name, metadata["Version"]))
print(json.dumps([[name, version, find(own)] for name, (own, version) in sorted(first.items())]))
`

// installed is a package in the environment of a program.
type installed struct {
	plugin.DependencyInfo
	pluginFile string
}

// GetRequiredPackages tells the provider plugins that the installed SDKs need. A virtual environment that is missing
// is made first.
func (h *host) GetRequiredPackages(
	ctx context.Context, req *pulumirpc.GetRequiredPackagesRequest,
) (*pulumirpc.GetRequiredPackagesResponse, error) {
	chosen, read, err := toolchainOf(req.Info, false)
	if err != nil {
		return nil, err
	}
	progress, problems, closeLog, err := h.engineLog(ctx)
	if err != nil {
		return nil, err
	}
	defer closeLog()
	if err := chosen.EnsureVenv(ctx, req.Info.ProgramDirectory, false, true, progress, problems); err != nil {
		return nil, err
	}
	warnOfOldPython(ctx, chosen)
	packages, err := packagesOf(ctx, chosen, read)
	if err != nil {
		return nil, err
	}
	var needed []*pulumirpc.PackageDependency
	for _, sdk := range packages {
		if withoutPlugin[sdk.Name] {
			continue
		}
		file, err := readPluginFile(sdk.pluginFile)
		if err != nil {
			return nil, fmt.Errorf("failed to parse pulumi-plugin.json for %s: %w", sdk.Name, err)
		}
		if dependency := pluginOf(sdk.DependencyInfo, file); dependency != nil {
			needed = append(needed, dependency)
		}
	}
	return &pulumirpc.GetRequiredPackagesResponse{Packages: needed}, nil
}

// GetProgramDependencies tells what is installed.
func (h *host) GetProgramDependencies(
	ctx context.Context, req *pulumirpc.GetProgramDependenciesRequest,
) (*pulumirpc.GetProgramDependenciesResponse, error) {
	chosen, _, err := toolchainOf(req.Info, false)
	if err != nil {
		return nil, err
	}
	packages, err := chosen.ListPackages(ctx, req.TransitiveDependencies)
	if err != nil {
		return nil, fmt.Errorf("failed to get python dependencies: %w", err)
	}
	answer := &pulumirpc.GetProgramDependenciesResponse{}
	for _, found := range packages {
		answer.Dependencies = append(
			answer.Dependencies, &pulumirpc.DependencyInfo{Name: found.Name, Version: found.Version})
	}
	return answer, nil
}

// InstallDependencies is `pulumi install`: the virtual environment, pip itself, and what requirements.txt asks for.
func (h *host) InstallDependencies(
	req *pulumirpc.InstallDependenciesRequest, server pulumirpc.LanguageRuntime_InstallDependenciesServer,
) error {
	chosen, _, err := toolchainOf(req.Info, req.IsPlugin)
	if err != nil {
		return err
	}
	ctx, directory := server.Context(), req.Info.ProgramDirectory
	closer, stdout, stderr, err := rpcutil.MakeInstallDependenciesStreams(server, req.IsTerminal)
	if err != nil {
		return err
	}
	defer closer.Close()
	fmt.Fprint(stdout, "Installing dependencies...\n\n")
	if req.IsPlugin {
		isPackage, err := toolchain.IsBuildablePackage(directory)
		if err != nil {
			return fmt.Errorf("checking if plugin is a buildable package: %w", err)
		}
		if isPackage {
			if err := chosen.EnsureVenv(ctx, directory, req.UseLanguageVersionTools, true, stdout, stderr); err != nil {
				return fmt.Errorf("creating virtual environment: %w", err)
			}
			install, err := chosen.ModuleCommand(ctx, "pip", "install", directory)
			if err != nil {
				return fmt.Errorf("preparing pip install command: %w", err)
			}
			install.Stdout, install.Stderr = stdout, stderr
			if err := install.Run(); err != nil {
				return fmt.Errorf("installing package: %w", err)
			}
		}
	}
	if err := chosen.InstallDependencies(ctx, directory, req.UseLanguageVersionTools, true, stdout, stderr); err != nil {
		return err
	}
	fmt.Fprint(stdout, "Finished installing dependencies\n\n")
	return closer.Close()
}

func warnOfOldPython(ctx context.Context, chosen toolchain.Toolchain) {
	command, err := chosen.Command(ctx, "--version")
	if err != nil {
		fmt.Fprintf(os.Stderr, "Failed to create python version command: %s\n", err)
		return
	}
	answer, err := command.Output()
	if err != nil {
		fmt.Fprintf(os.Stderr, "Failed to resolve python version command: %s\n", err)
		return
	}
	found, err := toolchain.ParsePythonVersion(string(answer))
	if err != nil {
		fmt.Fprintf(os.Stderr, "Failed to parse python version: '%s'\n", answer)
		return
	}
	if found.LT(oldestPython) {
		fmt.Fprintf(os.Stderr, "Pulumi does not support Python %s. Please upgrade to at least %s\n", found, oldestPython)
	}
}

// packagesOf lists all that is installed. Where the options name pip, the interpreter itself is asked, once, for pip takes
// half a second to say the same; where that fails, pip answers, or fails as well.
func packagesOf(
	ctx context.Context, chosen toolchain.Toolchain, read toolchain.PythonOptions,
) ([]installed, error) {
	if read.Toolchain == toolchain.Pip {
		var rows [][3]string
		if ask(ctx, chosen, &rows, listPackages) == nil {
			found := make([]installed, len(rows))
			for number, row := range rows {
				found[number] = installed{plugin.DependencyInfo{Name: row[0], Version: row[1]}, row[2]}
			}
			return found, nil
		}
	}
	listed, err := chosen.ListPackages(ctx, true)
	if err != nil {
		return nil, err
	}
	names := make([]string, len(listed))
	for number, sdk := range listed {
		names[number] = sdk.Name
	}
	files := map[string]string{}
	if err := ask(ctx, chosen, &files, findPluginFiles, names...); err != nil {
		files = map[string]string{} // where the interpreter cannot tell, there are none
	}
	found := make([]installed, len(listed))
	for number, sdk := range listed {
		found[number] = installed{sdk, files[sdk.Name]}
	}
	return found, nil
}

// ask runs a script on the environment's interpreter, and reads the JSON that it prints.
func ask(ctx context.Context, chosen toolchain.Toolchain, answer any, script string, arguments ...string) error {
	command, err := chosen.Command(ctx, append([]string{"-c", script}, arguments...)...)
	if err != nil {
		return err
	}
	printed, err := command.Output()
	if err != nil {
		return err
	}
	return json.Unmarshal(printed, answer)
}

// readPluginFile is nil where there is no file, or none that can be read.
func readPluginFile(path string) (*plugin.PulumiPluginJSON, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, nil //nolint:nilerr // as without a file: the package's own name and version tell
	}
	read := &plugin.PulumiPluginJSON{}
	return read, json.Unmarshal(text, read)
}

// pluginOf is the plugin that an installed package needs, by its plugin file, else by its name and version.
func pluginOf(sdk plugin.DependencyInfo, file *plugin.PulumiPluginJSON) *pulumirpc.PackageDependency {
	if file == nil && !strings.HasPrefix(sdk.Name, "pulumi-") {
		return nil
	}
	needed := &pulumirpc.PackageDependency{Kind: "resource"}
	if file != nil {
		if !file.Resource {
			return nil
		}
		needed.Name, needed.Version, needed.Server = file.Name, file.Version, file.Server
		if given := file.Parameterization; given != nil {
			needed.Parameterization = &pulumirpc.PackageParameterization{
				Name: given.Name, Version: given.Version, Value: given.Value,
			}
		}
		if given := file.ExtensionParameterization; given != nil {
			needed.Extension = &pulumirpc.PackageParameterization{
				Name: given.Name, Version: given.Version, Value: given.Value,
			}
		}
	}
	if needed.Name == "" {
		needed.Name = strings.TrimPrefix(sdk.Name, "pulumi-")
	}
	if needed.Version == "" {
		derived, err := pluginVersion(sdk.Version)
		if err != nil {
			return nil // as a package that asks for nothing: its plugin cannot be named
		}
		needed.Version = derived
	}
	if !strings.HasPrefix(needed.Version, "v") {
		needed.Version = "v" + needed.Version
	}
	return needed
}

var pep440 = regexp.MustCompile(`^(\d+(?:\.\d+)*)(?:(a|b|rc)(\d*))?(?:\.post(\d*))?(?:\.dev(\d*))?$`)

// pluginVersion is the plugin's version for a version of its Python package (PEP 440), without epochs.
func pluginVersion(packageVersion string) (string, error) {
	parts := pep440.FindStringSubmatchIndex(packageVersion)
	if parts == nil {
		return "", errors.New("no version of a plugin: " + packageVersion)
	}
	part := func(group int) (string, bool) {
		if parts[2*group] < 0 {
			return "", false
		}
		return packageVersion[parts[2*group]:parts[2*group+1]], true
	}
	numbers, _ := part(1)
	result := numbers + strings.Repeat(".0", max(0, 2-strings.Count(numbers, ".")))
	if kind, given := part(2); given {
		number, _ := part(3)
		result += "-" + map[string]string{"a": "alpha", "b": "beta", "rc": "rc"}[kind] + "." + number
	}
	post, hasPost := part(4)
	dev, hasDev := part(5)
	if hasPost || hasDev {
		result += "+"
	}
	if hasPost {
		result += "post" + post
	}
	if hasDev {
		result += "dev" + dev
	}
	return result, nil
}
