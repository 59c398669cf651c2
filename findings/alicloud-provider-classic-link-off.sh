#!/bin/sh
# After a refresh the alicloud provider switches off a ClassicLink that the configuration does not mention.
#
# Package:   github.com/aliyun/terraform-provider-alicloud v1.285.0.
# Behaviour: classic_link_enabled of alicloud_vpc is optional, has no default and is not computed, and a refresh writes what
#            the cloud says. Where ClassicLink was switched on elsewhere, the next plan of a configuration without this
#            argument is to switch it off.
# Output:    classic_link_enabled: "true" => "false" (removed)
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
	"os"

	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
)

func main() {
	provider := alicloud.Provider().(*schema.Provider)
	state := &terraform.InstanceState{ // as a refresh leaves it
		ID: "vpc-1",
		Attributes: map[string]string{
			"id": "vpc-1", "vpc_name": "shop", "cidr_block": "172.16.0.0/16", "classic_link_enabled": "true",
		},
	}
	config := terraform.NewResourceConfigRaw(map[string]interface{}{"vpc_name": "shop", "cidr_block": "172.16.0.0/16"})
	diff, err := provider.ResourcesMap["alicloud_vpc"].Diff(state, config, nil)
	if err != nil {
		panic(err)
	}
	found := diff != nil && diff.Attributes["classic_link_enabled"] != nil
	if found {
		change := diff.Attributes["classic_link_enabled"]
		found = change.Old == "true" && change.NewRemoved
		fmt.Printf("classic_link_enabled: %q => %q (removed)\n", change.Old, change.New)
	}
	if !found {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
