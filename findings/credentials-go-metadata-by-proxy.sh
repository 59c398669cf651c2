#!/bin/sh
# The RAM role of an ECS instance is asked for through the proxy.
#
# Package:   github.com/aliyun/credentials-go v1.4.12, which the alicloud provider is built with.
# Behaviour: with HTTP_PROXY set, credentials of type ecs_ram_role send the request for the metadata service's fixed address,
#            which only the instance itself can reach, to the proxy. The usual proxy cannot answer it, and the instance has no
#            credentials, unless NO_PROXY names that address.
# Output:    without NO_PROXY the proxy is asked: PUT http://100.100.100.200/latest/api/token
# Needs Go 1.25.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require github.com/aliyun/credentials-go v1.4.12
EOF
cat > main.go <<'EOF'
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/aliyun/credentials-go/credentials"
)

func main() {
	asked := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		asked <- request.Method + " " + strings.TrimSuffix(request.URL.String(), "?")
		writer.WriteHeader(http.StatusServiceUnavailable)
	}))
	os.Setenv("HTTP_PROXY", proxy.URL)
	os.Unsetenv("NO_PROXY")
	os.Unsetenv("no_proxy")
	role, err := credentials.NewCredential(new(credentials.Config).SetType("ecs_ram_role").SetRoleName("migrator"))
	if err != nil {
		panic(err)
	}
	_, err = role.GetCredential()
	if len(asked) == 0 || err == nil {
		fmt.Println("the proxy is not asked:", err)
		os.Exit(1)
	}
	first := <-asked
	fmt.Println("without NO_PROXY the proxy is asked:", first)
	if first != "PUT http://100.100.100.200/latest/api/token" {
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
