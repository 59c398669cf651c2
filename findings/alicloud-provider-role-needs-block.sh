#!/bin/sh
# ALICLOUD_ASSUME_ROLE_ARN has no effect unless the alicloud provider's configuration has an assume_role block.
#
# Package:   github.com/aliyun/terraform-provider-alicloud v1.285.0.
# Behaviour: the variable is the default of role_arn inside the block, and without a block nothing reads it: the provider
#            goes on as the user whose key it has, and says nothing. An empty block is enough for the role to be assumed.
#            The other variables (keys, profile, region) need nothing in the configuration.
# Output:    without a block STS is asked: nothing
#            with an empty block STS is asked: AssumeRole acs:ram::1:role/migrator
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
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
)

func main() {
	asked := make(chan string, 100)
	answer := http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		_ = request.ParseForm()
		writer.Header().Set("Content-Type", "application/json")
		if request.Form.Get("Action") == "AssumeRole" {
			asked <- "AssumeRole " + request.Form.Get("RoleArn")
			fmt.Fprint(writer, `{"RequestId": "1", "Credentials": {"AccessKeyId": "STS.id", "AccessKeySecret": "secret",
				"SecurityToken": "token", "Expiration": "2099-01-01T00:00:00Z"}}`)
			return
		}
		fmt.Fprint(writer, `{"RequestId": "1", "SecurityGroupId": "sg-1", "Permissions": {"Permission": []}}`)
	})
	ecs, sts := httptest.NewServer(answer), httptest.NewTLSServer(answer) // a role is assumed over HTTPS, whatever the protocol
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sts.Certificate().Raw})
	if err := os.WriteFile("ca.pem", certificate, 0o600); err != nil {
		panic(err)
	}
	os.Setenv("SSL_CERT_FILE", "ca.pem")
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		os.Unsetenv(name)
	}
	os.Setenv("ALICLOUD_ASSUME_ROLE_ARN", "acs:ram::1:role/migrator")
	seen := map[string]string{}
	for _, block := range []string{"without a block", "with an empty block"} {
		config := map[string]interface{}{
			"access_key": "id", "secret_key": "secret", "region": "cn-hangzhou", "skip_region_validation": true,
			"account_id": "1", "account_type": "Domestic", "protocol": "HTTP",
			"endpoints": []interface{}{map[string]interface{}{
				"ecs": strings.TrimPrefix(ecs.URL, "http://"), "sts": strings.TrimPrefix(sts.URL, "https://"),
			}},
		}
		if block == "with an empty block" {
			config["assume_role"] = []interface{}{map[string]interface{}{}}
		}
		provider := alicloud.Provider()
		if err := provider.Configure(terraform.NewResourceConfigRaw(config)); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		info := &terraform.InstanceInfo{Type: "alicloud_security_group"}
		if _, err := provider.Refresh(info, &terraform.InstanceState{ID: "sg-1"}); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		seen[block] = "nothing"
		if len(asked) > 0 {
			seen[block] = <-asked
		}
		fmt.Printf("%s STS is asked: %s\n", block, seen[block])
	}
	if seen["without a block"] != "nothing" || seen["with an empty block"] != "AssumeRole acs:ram::1:role/migrator" {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
