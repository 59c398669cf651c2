#!/bin/sh
# A forced replacement asks the provider nothing: the old one is deleted last, and takes the new one along.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: a provider's Diff can say deleteBeforeReplace, for things of which there is one only, such as the link of a
#            server to a network. With `--replace`, and where `replaceWith`, `deletedWith` or another provider forces
#            it, Diff is not called: the new one is created, which finds all in place, and then the old one is deleted,
#            which is the same thing. The update succeeds, and the state says that it is there. Only the option
#            deleteBeforeReplace of the program has an effect.
# Output:    forced: diff 0, create, delete, left nothing; with the option: diff 0, delete, create, left the link
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
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestReplacement(t *testing.T) {
	linked, diffs := false, 0
	var calls []string
	loader := deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), func() (plugin.Provider, error) {
		return &deploytest.Provider{
			DiffF: func(context.Context, plugin.DiffRequest) (plugin.DiffResult, error) {
				diffs++
				return plugin.DiffResult{Changes: plugin.DiffNone, DeleteBeforeReplace: true}, nil
			},
			CreateF: func(_ context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
				if !request.Preview {
					calls, linked = append(calls, "create"), true
				}
				return plugin.CreateResponse{ID: "server:network", Properties: request.Properties, Status: resource.StatusOK}, nil
			},
			DeleteF: func(context.Context, plugin.DeleteRequest) (plugin.DeleteResponse, error) {
				calls, linked = append(calls, "delete"), false
				return plugin.DeleteResponse{Status: resource.StatusOK}, nil
			},
		}, nil
	})
	replaced := func(option *bool) string {
		var urn resource.URN
		program := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
			options := deploytest.ResourceOptions{DeleteBeforeReplace: option}
			link, err := monitor.RegisterResource("cloud:index:Link", "link", true, options)
			if err == nil {
				urn = link.URN
			}
			return err
		})
		plan := &framework.TestPlan{Options: framework.TestUpdateOptions{
			T: t, HostF: deploytest.NewPluginHostF(nil, nil, program, nil, nil, loader), SkipDisplayTests: true}}
		run := framework.TestOp(engine.Update)
		state, err := run.Run(plan.GetProject(), plan.GetTarget(t, nil), plan.Options, false, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		calls, diffs = nil, 0
		plan.Options.ReplaceTargets = deploy.NewUrnTargetsFromUrns([]resource.URN{urn})
		if _, err = run.Run(plan.GetProject(), plan.GetTarget(t, state), plan.Options, false, nil, nil); err != nil {
			t.Fatal(err)
		}
		left := "nothing"
		if linked {
			left = "the link"
		}
		return fmt.Sprintf("diff %d, %s, left %s", diffs, strings.Join(calls, ", "), left)
	}
	first := true
	forced, option := replaced(nil), replaced(&first)
	fmt.Printf("seen: forced: %s; with the option: %s\n", forced, option)
	if forced != "diff 0, create, delete, left nothing" || option != "diff 0, delete, create, left the link" {
		t.Fatal("it is replaced otherwise now")
	}
}
EOF
GOFLAGS=-mod=mod go test -count 1 -v . > output 2>&1 || { cat output; exit 1; }
sed -n 's/^seen: //p' output
