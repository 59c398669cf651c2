#!/bin/sh
# A change of the disks of a snapshot group is planned by the alicloud provider, and applied by no call at all.
#
# Package:   github.com/aliyun/terraform-provider-alicloud v1.285.0.
# Behaviour: disk_id of alicloud_ecs_snapshot_group may change in place, says the plan; the update makes no call that writes,
#            ends well, and the new disk has no snapshot.
# Output:    plan: change in place
#            calls of the update: DescribeSnapshotGroups
# Needs Go 1.25; building the provider takes some minutes the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require (
	github.com/aliyun/terraform-provider-alicloud v1.285.0
	github.com/hashicorp/terraform-plugin-sdk v1.17.2
)

replace (
	// Not to be had as a module; the provider calls it for OSS buckets alone.
	github.com/alibabacloud-go/alibabacloud-gateway-oss => ./oss
	github.com/aliyun/aliyun-tablestore-go-sdk => github.com/aliyun/aliyun-tablestore-go-sdk v1.7.11
)
EOF
mkdir -p oss/client
cat > oss/go.mod <<'EOF'
module github.com/alibabacloud-go/alibabacloud-gateway-oss

go 1.25

require github.com/alibabacloud-go/alibabacloud-gateway-spi v0.0.5
EOF
cat > oss/client/client.go <<'EOF'
package client

import spi "github.com/alibabacloud-go/alibabacloud-gateway-spi/client"

func NewClient() (spi.ClientInterface, error) { return nil, nil }
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
)

func main() {
	calls := []string{}
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		_ = request.ParseForm()
		if action := request.Form.Get("Action"); len(calls) == 0 || calls[len(calls)-1] != action {
			calls = append(calls, action)
		}
		writer.Header().Set("Content-Type", "application/json")
		fmt.Fprint(writer, `{"RequestId": "1", "SnapshotGroups": {"SnapshotGroup": [{"SnapshotGroupId": "ssg-1", "InstanceId": "i-1",
			"Status": "accomplished", "Snapshots": {"Snapshot": [{"SnapshotId": "s-1", "SourceDiskId": "d-1"}]}, "Tags": {"Tag": []}}]}}`)
	}))
	endpoint := strings.TrimPrefix(server.URL, "http://")
	provider := alicloud.Provider().(*schema.Provider)
	err := provider.Configure(terraform.NewResourceConfigRaw(map[string]interface{}{
		"access_key": "id", "secret_key": "secret", "region": "cn-hangzhou", "skip_region_validation": true,
		"account_id": "1", "account_type": "Domestic", "protocol": "HTTP",
		"endpoints": []interface{}{map[string]interface{}{"ecs": endpoint}},
	}))
	if err != nil {
		panic(err)
	}
	state := &terraform.InstanceState{
		ID:         "ssg-1",
		Attributes: map[string]string{"id": "ssg-1", "instance_id": "i-1", "disk_id.#": "1", "disk_id.0": "d-1"},
	}
	config := terraform.NewResourceConfigRaw(map[string]interface{}{
		"instance_id": "i-1", "disk_id": []interface{}{"d-1", "d-2"},
	})
	resource := provider.ResourcesMap["alicloud_ecs_snapshot_group"]
	diff, err := resource.Diff(state, config, provider.Meta())
	if err != nil {
		panic(err)
	}
	plan := "replace"
	if diff != nil && !diff.RequiresNew() {
		plan = "change in place"
	}
	fmt.Println("plan:", plan)
	_, err = resource.Apply(state, diff, provider.Meta())
	fmt.Println("calls of the update:", strings.Join(calls, " "))
	if err != nil || plan != "change in place" || strings.Join(calls, " ") != "DescribeSnapshotGroups" {
		fmt.Println("error:", err)
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
