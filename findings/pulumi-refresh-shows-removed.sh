#!/bin/sh
# A preview that refreshes shows a policy about the stack the resources that it is about to delete.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: a policy about the stack gets "the final outputs of each resource". Where the same run refreshes first
#            (`--refresh`, or `options: refresh: always` in Pulumi.yaml), the refreshed resources stay among them, also
#            those that the program no longer declares and the run deletes. A mandatory policy that demands a resource
#            passes the preview, and the update, that delete it. Nothing in the resource shows it.
# Output:    the program declares one disk of two; without refresh the policy gets a, with refresh a and b; delete b
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
	"slices"
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func TestRefresh(t *testing.T) {
	pack, err := filepath.Abs("pack")
	if err != nil {
		t.Fatal(err)
	}
	var shown, deleted []string
	analyzer := &deploytest.Analyzer{
		Info: plugin.AnalyzerInfo{Name: "pack"},
		AnalyzeStackF: func(resources []plugin.AnalyzerStackResource) (plugin.AnalyzeResponse, error) {
			shown = nil
			for _, resource := range resources {
				if resource.Type == "cloud:index:Disk" {
					shown = append(shown, resource.Name)
				}
			}
			slices.Sort(shown)
			return plugin.AnalyzeResponse{}, nil
		},
	}
	disks := []string{"a", "b"}
	program := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		for _, disk := range disks {
			if _, err := monitor.RegisterResource("cloud:index:Disk", disk, true); err != nil {
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
	run := framework.TestOp(engine.Update)
	state, err := run.Run(plan.GetProject(), plan.GetTarget(t, nil), plan.Options, false, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	disks = []string{"a"}
	preview := func(refresh bool) string {
		plan.Options.Refresh = refresh
		deleted = nil
		_, err := run.Run(plan.GetProject(), plan.GetTarget(t, state), plan.Options, true, nil,
			func(_ workspace.Project, _ deploy.Target, _ engine.JournalEntries, events []engine.Event, err error) error {
				for _, event := range events {
					if step, is := event.Payload().(engine.ResourcePreEventPayload); is && step.Metadata.Op == deploy.OpDelete {
						deleted = append(deleted, step.Metadata.URN.Name())
					}
				}
				return err
			})
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(shown, " and ")
	}
	without := preview(false)
	with := preview(true)
	fmt.Printf("seen: the program declares one disk of two; without refresh the policy gets %s, with refresh %s; delete %s\n",
		without, with, strings.Join(deleted, " and "))
	if without != "a" || with != "a and b" || !slices.Equal(deleted, []string{"b"}) {
		t.Fatal("the policy is shown something else now")
	}
}

EOF
GOFLAGS=-mod=mod go test -count 1 -v . > output 2>&1 || { cat output; exit 1; }
sed -n 's/^seen: //p' output
