package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	codegenrpc "github.com/pulumi/pulumi/sdk/v3/proto/go/codegen"
)

func told(diagnostics hcl.Diagnostics) []*codegenrpc.Diagnostic {
	return plugin.HclDiagnosticsToRPCDiagnostics(diagnostics)
}

// bindOptions are those of Python, which prefers invokes that return outputs.
func bindOptions(strict bool) []pcl.BindOption {
	if strict {
		return []pcl.BindOption{pcl.PreferOutputVersionedInvokes}
	}
	return append(pcl.NonStrictBindOptions(), pcl.PreferOutputVersionedInvokes)
}

// GenerateProgram writes Python for a program in Pulumi's own language; `pulumi import` shows what it answers.
func (h *host) GenerateProgram(
	_ context.Context, req *pulumirpc.GenerateProgramRequest,
) (*pulumirpc.GenerateProgramResponse, error) {
	loader, err := schema.NewLoaderClient(req.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	parser := syntax.NewParser()
	for path, text := range req.Source {
		if err := parser.ParseFile(strings.NewReader(text), path); err != nil {
			return nil, err
		}
	}
	if parser.Diagnostics.HasErrors() {
		return nil, parser.Diagnostics
	}
	program, problems, err := pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), bindOptions(req.Strict)...)
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		return &pulumirpc.GenerateProgramResponse{Diagnostics: told(problems)}, nil
	}
	if program == nil {
		return nil, errors.New("the program was bound to nothing")
	}
	files, more, err := python.GenerateProgram(program)
	if err != nil {
		return nil, err
	}
	return &pulumirpc.GenerateProgramResponse{Source: files, Diagnostics: told(append(problems, more...))}, nil
}

// GenerateProject is `pulumi convert`.
func (h *host) GenerateProject(
	_ context.Context, req *pulumirpc.GenerateProjectRequest,
) (*pulumirpc.GenerateProjectResponse, error) {
	loader, err := schema.NewLoaderClient(req.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	program, problems, err := pcl.BindDirectory(
		req.SourceDirectory, schema.NewCachedLoader(loader), bindOptions(req.Strict)...)
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		return &pulumirpc.GenerateProjectResponse{Diagnostics: told(problems)}, nil
	}
	var project workspace.Project
	if err := json.Unmarshal([]byte(req.Project), &project); err != nil {
		return nil, err
	}
	err = python.GenerateProject(req.TargetDirectory, project, program, req.LocalDependencies, "", "")
	return &pulumirpc.GenerateProjectResponse{Diagnostics: told(problems)}, err
}

// GeneratePackage is `pulumi package gen-sdk`.
func (h *host) GeneratePackage(
	_ context.Context, req *pulumirpc.GeneratePackageRequest,
) (*pulumirpc.GeneratePackageResponse, error) {
	loader, err := schema.NewLoaderClient(req.LoaderTarget)
	if err != nil {
		return nil, err
	}
	defer loader.Close()
	cached := schema.NewCachedLoader(loader)
	var spec schema.PackageSpec
	if err := json.Unmarshal([]byte(req.Schema), &spec); err != nil {
		return nil, err
	}
	bound, problems, err := schema.BindSpec(spec, cached, schema.ValidationOptions{AllowDanglingReferences: true})
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		return &pulumirpc.GeneratePackageResponse{Diagnostics: told(problems)}, nil
	}
	files, err := python.GeneratePackage("pulumi-language-python", bound, req.ExtraFiles, cached)
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		path := filepath.Join(req.Directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("could not create the directory of %s: %w", name, err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			return nil, fmt.Errorf("could not write %s: %w", name, err)
		}
	}
	return &pulumirpc.GeneratePackageResponse{Diagnostics: told(problems)}, nil
}
