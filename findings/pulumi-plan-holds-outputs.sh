#!/bin/sh
# An update by a plan is refused when an output that a component registers is another than in the preview.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: `preview --save-plan` keeps the outputs of components beside the inputs of resources, and `up --plan` compares
#            both. So a component that registers what it has just read, such as a time, ends each such update with
#            "resource violates plan", although nothing that is created, changed or deleted differs.
# Output:    the output as planned: <nil>
#            another one: resource violates plan: properties changed: ++readAt[{09:00}!={09:01}]
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
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/pkg/v3/engine/lifecycletest/framework"
	"github.com/pulumi/pulumi/pkg/v3/resource/deploy/deploytest"
	"github.com/pulumi/pulumi/pkg/v3/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/property"
)

func TestPlan(t *testing.T) {
	read := "09:00"
	program := deploytest.NewLanguageRuntimeF(func(_ plugin.RunInfo, monitor *deploytest.ResourceMonitor) error {
		report, err := monitor.RegisterResource("app:index:Report", "report", false)
		outputs := property.NewMap(map[string]property.Value{"readAt": property.New(read)})
		return errors.Join(err, monitor.RegisterResourceOutputs(report.URN, outputs))
	})
	host := deploytest.NewPluginHostF(nil, nil, program, nil, nil)
	stack := &framework.TestPlan{Options: framework.TestUpdateOptions{T: t, HostF: host, SkipDisplayTests: true,
		UpdateOptions: engine.UpdateOptions{GeneratePlan: true, Experimental: true}}}
	run := framework.TestOp(engine.Update)
	planned, err := run.Plan(stack.GetProject(), stack.GetTarget(t, nil), stack.Options, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	update := func() error {
		stack.Options.Plan = planned.Clone()
		_, err := run.Run(stack.GetProject(), stack.GetTarget(t, nil), stack.Options, false, nil, nil)
		return err
	}
	same := update()
	read = "09:01"
	other := update()
	fmt.Println("seen: the output as planned:", same)
	fmt.Println("seen: another one:", strings.TrimPrefix(fmt.Sprint(other), "BAIL: "))
	if same != nil || other == nil || !strings.Contains(other.Error(), "resource violates plan") {
		t.Fatal("the plan is held otherwise now")
	}
}
EOF
GOFLAGS=-mod=mod go test -count 1 -v . > output 2>&1 || { cat output; exit 1; }
sed -n 's/^seen: //p' output
