#!/bin/sh
# The alicloud provider and Alibaba Cloud's credentials package take different keys from the same environment.
#
# Packages:  github.com/aliyun/terraform-provider-alicloud v1.285.0, github.com/aliyun/credentials-go v1.4.12 (the one
#            that it is built with).
# Behaviour: with ALICLOUD_ACCESS_KEY and ALIBABA_CLOUD_ACCESS_KEY_ID both set, the provider takes the first, and the
#            official default chain knows the second alone. A tool by the SDK beside Terraform or Pulumi is another user.
# Output:    provider: of-alicloud
#            credentials package: of-alibaba-cloud
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

	"github.com/aliyun/credentials-go/credentials"
	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
)

func main() {
	for name, value := range map[string]string{
		"ALICLOUD_ACCESS_KEY": "of-alicloud", "ALICLOUD_SECRET_KEY": "secret",
		"ALIBABA_CLOUD_ACCESS_KEY_ID": "of-alibaba-cloud", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
	} {
		os.Setenv(name, value)
	}
	byProvider, err := alicloud.Provider().(*schema.Provider).Schema["access_key"].DefaultFunc()
	if err != nil {
		panic(err)
	}
	chain, err := credentials.NewCredential(nil)
	if err != nil {
		panic(err)
	}
	byPackage, err := chain.GetCredential()
	if err != nil {
		panic(err)
	}
	fmt.Println("provider:", byProvider)
	fmt.Println("credentials package:", *byPackage.AccessKeyId)
	if byProvider != "of-alicloud" || *byPackage.AccessKeyId != "of-alibaba-cloud" {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
