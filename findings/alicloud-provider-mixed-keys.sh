#!/bin/sh
# The alicloud provider signs with the key of one set of variables and the token of another.
#
# Package:   github.com/aliyun/terraform-provider-alicloud v1.285.0.
# Behaviour: access key, secret and security token are each taken from the first variable that is set, by itself. With the
#            key and secret of a user in ALICLOUD_*, and a session that a tool has left in ALIBABA_CLOUD_*, each request has
#            the user's key and the session's token, which belong to nobody.
# Output:    AccessKeyId=of-alicloud SecurityToken=of-alibaba-cloud
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
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
)

func main() {
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		_ = request.ParseForm()
		asked <- fmt.Sprintf("AccessKeyId=%s SecurityToken=%s", request.Form.Get("AccessKeyId"), request.Form.Get("SecurityToken"))
		writer.Header().Set("Content-Type", "application/json")
		fmt.Fprint(writer, `{"RequestId": "1", "SecurityGroupId": "sg-1", "Permissions": {"Permission": []}}`)
	}))
	for _, name := range []string{"HTTP_PROXY", "http_proxy"} {
		os.Unsetenv(name)
	}
	for name, value := range map[string]string{
		"ALICLOUD_ACCESS_KEY": "of-alicloud", "ALICLOUD_SECRET_KEY": "secret", "ALICLOUD_SECURITY_TOKEN": "",
		"ALIBABA_CLOUD_ACCESS_KEY_ID": "of-alibaba-cloud", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "secret",
		"ALIBABA_CLOUD_SECURITY_TOKEN": "of-alibaba-cloud",
	} {
		os.Setenv(name, value)
	}
	provider := alicloud.Provider()
	err := provider.Configure(terraform.NewResourceConfigRaw(map[string]interface{}{
		"region": "cn-hangzhou", "skip_region_validation": true, "account_id": "1", "account_type": "Domestic", "protocol": "HTTP",
		"endpoints": []interface{}{map[string]interface{}{"ecs": strings.TrimPrefix(server.URL, "http://")}},
	}))
	if err != nil {
		panic(err)
	}
	_, err = provider.Refresh(&terraform.InstanceInfo{Type: "alicloud_security_group"}, &terraform.InstanceState{ID: "sg-1"})
	if len(asked) == 0 {
		fmt.Println("nothing was asked:", err)
		os.Exit(1)
	}
	first := <-asked
	fmt.Println(first)
	if first != "AccessKeyId=of-alicloud SecurityToken=of-alibaba-cloud" {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
