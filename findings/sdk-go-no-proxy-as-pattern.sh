#!/bin/sh
# Alibaba Cloud's older Go SDK takes each entry of NO_PROXY as a regular expression that may match anywhere in the host.
#
# Package:   github.com/aliyun/alibaba-cloud-sdk-go v1.63.107, by which the alicloud provider makes a part of its calls.
# Behaviour: a piece of the host is enough to spare it the proxy, so an entry for one host takes others with it; a block has
#            no effect.
# Output:    NO_PROXY=7.0.0: cloud
#            NO_PROXY=127.0.0.0/8: proxy
# Needs Go 1.25.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require github.com/aliyun/alibaba-cloud-sdk-go v1.63.107
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/aliyun/alibaba-cloud-sdk-go/sdk"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
)

func serve(name string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) { fmt.Fprint(writer, name) }))
}

func main() {
	cloud, proxy := serve("cloud"), serve("proxy")
	os.Setenv("HTTP_PROXY", proxy.URL)
	asExpected := true
	for _, attempt := range []struct{ entry, reached string }{{"7.0.0", "cloud"}, {"127.0.0.0/8", "proxy"}} {
		os.Setenv("NO_PROXY", attempt.entry)
		client, err := sdk.NewClientWithAccessKey("cn-hangzhou", "id", "secret")
		if err != nil {
			panic(err)
		}
		request := requests.NewCommonRequest()
		request.Scheme, request.Domain = "HTTP", strings.TrimPrefix(cloud.URL, "http://")
		request.Version, request.ApiName = "2014-05-26", "DescribeRegions"
		response, err := client.ProcessCommonRequest(request)
		if err != nil {
			panic(err)
		}
		fmt.Printf("NO_PROXY=%s: %s\n", attempt.entry, response.GetHttpContentString())
		asExpected = asExpected && response.GetHttpContentString() == attempt.reached
	}
	if !asExpected {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
