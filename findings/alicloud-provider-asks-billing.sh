#!/bin/sh
# The alicloud provider asks the billing API's public host each time it is configured, by whatever endpoints.
#
# Package:   github.com/aliyun/terraform-provider-alicloud v1.285.0.
# Behaviour: to find out the type of the account it calls QueryAvailableInstances, which nothing in the configuration
#            suggests, with access key id and signature; over plain HTTP where `protocol` is HTTP. With `account_type`, or
#            an endpoint for bssopenapi, it asks nothing. Seen here by a proxy on loopback that answers nothing.
# Output:    without account_type: POST business.aliyuncs.com QueryAvailableInstances, with AccessKeyId and Signature
#            with account_type: nothing
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
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"

	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	asked := make(chan string, 100)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			if request, err := http.ReadRequest(bufio.NewReader(connection)); err == nil {
				body, _ := io.ReadAll(request.Body)
				values, _ := url.ParseQuery(request.URL.RawQuery + "&" + string(body))
				line := request.Method + " " + request.URL.Host + " " + values.Get("Action")
				if values.Get("AccessKeyId") != "" && values.Get("Signature") != "" {
					line += ", with AccessKeyId and Signature"
				}
				asked <- line
				answer := `{"Code": "NotAuthorized", "Message": "no", "RequestId": "1"}`
				fmt.Fprintf(connection, "HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(answer), answer)
			}
			connection.Close()
		}
	}()
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		os.Setenv(name, "http://"+listener.Addr().String())
	}
	os.Unsetenv("ALIBABA_CLOUD_ACCOUNT_TYPE")
	seen := map[string]string{}
	for _, accountType := range []string{"", "Domestic"} {
		config := map[string]interface{}{
			"access_key": "id", "secret_key": "secret", "region": "cn-hangzhou", "skip_region_validation": true,
			"account_id": "1", "protocol": "HTTP",
			"endpoints": []interface{}{map[string]interface{}{"ecs": "127.0.0.1:9", "vpc": "127.0.0.1:9"}},
		}
		name := "without account_type"
		if accountType != "" {
			name, config["account_type"] = "with account_type", accountType
		}
		if err := alicloud.Provider().Configure(terraform.NewResourceConfigRaw(config)); err != nil {
			panic(err)
		}
		seen[name] = "nothing"
		if len(asked) > 0 {
			seen[name] = <-asked
		}
		fmt.Printf("%s: %s\n", name, seen[name])
	}
	expected := "POST business.aliyuncs.com QueryAvailableInstances, with AccessKeyId and Signature"
	if seen["without account_type"] != expected || seen["with account_type"] != "nothing" {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
