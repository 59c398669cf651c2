#!/bin/sh
# What is deletedWith a resource that is retained stays in the cloud, too, and nothing says so.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: deletedWith saves the deletion of what goes with another resource. A resource with retainOnDelete counts as
#            deleted here, although it stays: what is deletedWith it is reported as deleted, leaves the state, and its
#            provider is never asked to delete it.
# Output:    a group deletedWith a network; deleted by report: group, network; asked of the provider: network
#            a group deletedWith a retained network; deleted by report: group, network; asked of the provider: nothing
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
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
)

func destroyed(t *testing.T, retained bool) (string, string) {
	var asked, reported []string
	loader := deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), func() (plugin.Provider, error) {
		return &deploytest.Provider{
			DeleteF: func(_ context.Context, request plugin.DeleteRequest) (plugin.DeleteResponse, error) {
				asked = append(asked, request.URN.Name())
				return plugin.DeleteResponse{Status: resource.StatusOK}, nil
			},
		}, nil
	})
	program := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		network, err := monitor.RegisterResource("cloud:index:Network", "network", true,
			deploytest.ResourceOptions{RetainOnDelete: &retained})
		if err != nil {
			return err
		}
		_, err = monitor.RegisterResource("cloud:index:Group", "group", true,
			deploytest.ResourceOptions{DeletedWith: network.URN, Dependencies: []resource.URN{network.URN}})
		return err
	})
	plan := &framework.TestPlan{Options: framework.TestUpdateOptions{
		T: t, HostF: deploytest.NewPluginHostF(nil, nil, program, nil, nil, loader), SkipDisplayTests: true}}
	state, err := framework.TestOp(engine.Update).Run(
		plan.GetProject(), plan.GetTarget(t, nil), plan.Options, false, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = framework.TestOp(engine.Destroy).Run(
		plan.GetProject(), plan.GetTarget(t, state), plan.Options, false, nil,
		func(_ workspace.Project, _ deploy.Target, entries engine.JournalEntries, _ []engine.Event, err error) error {
			for _, entry := range entries {
				if entry.Kind == engine.TestJournalEntrySuccess && entry.Step.Op() == deploy.OpDelete {
					reported = append(reported, entry.Step.URN().Name())
				}
			}
			return err
		})
	if err != nil {
		t.Fatal(err)
	}
	reported = slices.DeleteFunc(reported, func(name string) bool { return name == "default" })
	slices.Sort(reported)
	slices.Sort(asked)
	if len(asked) == 0 {
		asked = []string{"nothing"}
	}
	return strings.Join(reported, ", "), strings.Join(asked, ", ")
}

func TestDestroy(t *testing.T) {
	for _, retained := range []bool{false, true} {
		network, expected := "network", "network"
		if retained {
			network, expected = "retained network", "nothing"
		}
		reported, asked := destroyed(t, retained)
		fmt.Printf("seen: a group deletedWith a %s; deleted by report: %s; asked of the provider: %s\n",
			network, reported, asked)
		if reported != "group, network" || asked != expected {
			t.Fatal("it is deleted otherwise now")
		}
	}
}
EOF
GOFLAGS=-mod=mod go test -count 1 -v . > output 2>&1 || { cat output; exit 1; }
sed -n 's/^seen: //p' output
