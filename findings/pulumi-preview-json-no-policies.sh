#!/bin/sh
# `pulumi preview --json` says nothing of policy violations, not even of the one that failed the preview.
#
# Package:   github.com/pulumi/pulumi/pkg/v3 v3.276.0.
# Behaviour: the events of policies are left out of the digest that --json prints: a mandatory violation changes none of
#            its bytes. Only the exit code tells of it, and that is the same 1 as that of any failure.
# Output:    mandatory violation "every disk has a snapshot": the digest does not name it
# Needs Go 1.25; building the display takes some minutes the first time.
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
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/backend/display"
	"github.com/pulumi/pulumi/pkg/v3/engine"
	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

func digest(events ...engine.Event) string {
	stdout := os.Stdout
	reader, writer, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	os.Stdout = writer
	channel, done := make(chan engine.Event, len(events)), make(chan bool, 1)
	for _, event := range events {
		channel <- event
	}
	close(channel)
	display.ShowPreviewDigest(channel, done, display.Options{Color: colors.Never})
	<-done
	writer.Close()
	os.Stdout = stdout
	printed, _ := io.ReadAll(reader)
	return string(printed)
}

func main() {
	violation := engine.NewEvent(engine.PolicyViolationEventPayload{
		ResourceURN: "urn:pulumi:dev::app::app:index:Disk::disk", Message: "every disk has a snapshot", Color: colors.Never,
		PolicyName: "snapshots", PolicyPackName: "pack", PolicyPackVersion: "1", EnforcementLevel: apitype.Mandatory,
	})
	summary := engine.NewEvent(engine.SummaryEventPayload{IsPreview: true})
	with, without := digest(violation, summary), digest(summary)
	named := strings.Contains(with, "snapshot")
	if named || with != without {
		fmt.Println("the digest tells of the violation:", with)
		os.Exit(1)
	}
	fmt.Println(`mandatory violation "every disk has a snapshot": the digest does not name it`)
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
