#!/bin/sh
# Alibaba Cloud's Go SDKs compare NO_PROXY with host and port as text: an entry without the port has no effect.
#
# Package:   github.com/alibabacloud-go/tea v1.3.13, which those SDKs and the alicloud provider send requests with.
# Behaviour: an endpoint with a port is spared the proxy only by an entry with the same port. The address alone has no effect,
#            a block neither, though Go itself takes both, and never sends loopback to a proxy.
# Output:    NO_PROXY=127.0.0.1: proxy
#            NO_PROXY=127.0.0.0/8: proxy
#            NO_PROXY=127.0.0.1:PORT: cloud
# Needs Go 1.25.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require github.com/alibabacloud-go/tea v1.3.13
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/alibabacloud-go/tea/tea"
)

func serve(name string) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) { fmt.Fprint(writer, name) }))
}

func main() {
	os.Setenv("HTTP_PROXY", serve("proxy").URL)
	asExpected := true
	for _, attempt := range []struct{ entry, reached string }{
		{"127.0.0.1", "proxy"}, {"127.0.0.0/8", "proxy"}, {"127.0.0.1:PORT", "cloud"},
	} {
		// One each: the SDK keeps what it decided about an endpoint.
		endpoint := strings.TrimPrefix(serve("cloud").URL, "http://")
		_, port, _ := strings.Cut(endpoint, ":")
		os.Setenv("NO_PROXY", strings.Replace(attempt.entry, "PORT", port, 1))
		request := tea.NewRequest()
		request.Method, request.Protocol, request.Pathname = tea.String("GET"), tea.String("http"), tea.String("/")
		request.Headers = map[string]*string{"host": tea.String(endpoint)}
		response, err := tea.DoRequest(request, map[string]interface{}{"readTimeout": 10000, "connectTimeout": 10000})
		if err != nil {
			panic(err)
		}
		body, err := response.ReadBody()
		if err != nil {
			panic(err)
		}
		fmt.Printf("NO_PROXY=%s: %s\n", attempt.entry, body)
		asExpected = asExpected && string(body) == attempt.reached
	}
	if !asExpected {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
