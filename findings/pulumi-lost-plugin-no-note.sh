#!/bin/sh
# A plugin that dies while it creates something leaves no note in the state, so that the next update creates it again.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: before a creation the engine notes it among the pending operations of the state. When the engine dies, the
#            note stays, and the next run warns of it. When only the plugin dies, after the cloud has created the thing
#            and before its id arrives, the call ends with Unavailable. That counts as a creation that failed: the note is
#            removed, and neither state nor next run says that there may be something.
# Output:    created in the cloud: 1; in the state: 0, pending operations: 0
#            after the next update: created in the cloud: 2; in the state: 1, pending operations: 0
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
	"testing"

	"github.com/blang/semver"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

type counts struct{ created, known, pending int }

func (c counts) String() string {
	return fmt.Sprintf("created in the cloud: %d; in the state: %d, pending operations: %d", c.created, c.known, c.pending)
}

func TestLost(t *testing.T) {
	created := 0
	create := func(_ context.Context, request plugin.CreateRequest) (plugin.CreateResponse, error) {
		created++
		if created == 1 {
			lost := status.Error(codes.Unavailable, "error reading from server: EOF")
			return plugin.CreateResponse{Status: resource.StatusUnknown}, lost
		}
		return plugin.CreateResponse{ID: "d-2", Properties: request.Properties, Status: resource.StatusOK}, nil
	}
	program := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		_, err := monitor.RegisterResource("cloud:index:Disk", "disk", true)
		return err
	})
	host := deploytest.NewPluginHostF(nil, nil, program, nil, nil,
		deploytest.NewProviderLoader("cloud", semver.MustParse("1.0.0"), func() (plugin.Provider, error) {
			return &deploytest.Provider{CreateF: create}, nil
		}),
	)
	stack := &framework.TestPlan{Options: framework.TestUpdateOptions{T: t, HostF: host, SkipDisplayTests: true}}
	update := func(before *deploy.Snapshot) (*deploy.Snapshot, counts) {
		// The first one fails, as it must.
		after, _ := framework.TestOp(engine.Update).Run(
			stack.GetProject(), stack.GetTarget(t, before), stack.Options, false, nil, nil)
		seen := counts{created: created, pending: len(after.PendingOperations)}
		for _, state := range after.Resources {
			if state.Type == "cloud:index:Disk" {
				seen.known++
			}
		}
		return after, seen
	}
	state, first := update(nil)
	_, second := update(state)
	fmt.Println("seen:", first)
	fmt.Println("seen: after the next update:", second)
	if first != (counts{1, 0, 0}) || second != (counts{2, 1, 0}) {
		t.Fatal("the engine keeps a note now")
	}
}
EOF
GOFLAGS=-mod=mod go test -count 1 -v . > output 2>&1 || { cat output; exit 1; }
sed -n 's/^seen: //p' output
