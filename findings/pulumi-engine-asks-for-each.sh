#!/bin/sh
# The engine asks a policy pack about each resource, twice, although all policies of the pack are about the stack.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: GetAnalyzerInfo gives the type of each policy, and the engine calls Remediate and Analyze for every resource
#            whatever the types are, before it asks once about the stack. Each call carries all properties. A pack in
#            Python spends some 0.7 ms on a call that finds nothing: 5 s of a preview of 2,975 resources.
# Output:    10 disks and their provider, one policy about the stack: analyze 11, remediate 11, analyze stack 1
# Needs Go 1.25; building the engine takes some minutes the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require (
	github.com/pulumi/pulumi/pkg/v3 v3.276.0
	github.com/pulumi/pulumi/sdk/v3 v3.276.0
)

replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e
EOF
cat > finding_test.go <<'EOF'
package finding

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
)

func TestQuestions(t *testing.T) {
	pack, err := filepath.Abs("pack")
	if err != nil {
		t.Fatal(err)
	}
	var analyze, remediate, stack atomic.Int32
	analyzer := &deploytest.Analyzer{
		Info: plugin.AnalyzerInfo{Name: "pack", Policies: []plugin.AnalyzerPolicyInfo{
			{Name: "enough-disks", Type: plugin.AnalyzerPolicyTypeStack},
		}},
		AnalyzeF: func(plugin.AnalyzerResource) (plugin.AnalyzeResponse, error) {
			analyze.Add(1)
			return plugin.AnalyzeResponse{}, nil
		},
		RemediateF: func(plugin.AnalyzerResource) (plugin.RemediateResponse, error) {
			remediate.Add(1)
			return plugin.RemediateResponse{}, nil
		},
		AnalyzeStackF: func([]plugin.AnalyzerStackResource) (plugin.AnalyzeResponse, error) {
			stack.Add(1)
			return plugin.AnalyzeResponse{}, nil
		},
	}
	program := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		for number := range 10 {
			if _, err := monitor.RegisterResource("cloud:index:Disk", fmt.Sprint("disk-", number), true); err != nil {
				return err
			}
		}
		return nil
	})
	host := deploytest.NewPluginHostF(nil, nil, program, nil, nil,
		deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), func() (plugin.Provider, error) {
			return &deploytest.Provider{}, nil
		}),
		deploytest.NewAnalyzerLoader(pack, func(*plugin.PolicyAnalyzerOptions) (plugin.Analyzer, error) {
			return analyzer, nil
		}),
	)
	plan := &framework.TestPlan{Options: framework.TestUpdateOptions{T: t, HostF: host, SkipDisplayTests: true,
		UpdateOptions: engine.UpdateOptions{LocalPolicyPacks: engine.MakeLocalPolicyPacks([]string{pack}, nil)}}}
	preview := framework.TestOp(engine.Update)
	if _, err = preview.Run(plan.GetProject(), plan.GetTarget(t, nil), plan.Options, true, nil, nil); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("seen: 10 disks and their provider, one policy about the stack: analyze %d, remediate %d, analyze stack %d\n",
		analyze.Load(), remediate.Load(), stack.Load())
	if analyze.Load() != 11 || remediate.Load() != 11 || stack.Load() != 1 {
		t.Fatal("the engine asks otherwise now")
	}
}
EOF
GOFLAGS=-mod=mod go test -count 1 -v . > output 2>&1 || { cat output; exit 1; }
sed -n 's/^seen: //p' output
