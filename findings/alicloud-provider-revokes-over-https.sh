#!/bin/sh
# The alicloud provider deletes security group rules over HTTPS, whatever its protocol is set to.
#
# Package:   github.com/aliyun/terraform-provider-alicloud v1.285.0.
# Behaviour: with `protocol = "HTTP"` the delete of an alicloud_security_group_rule first asks the configured endpoint about
#            the group over HTTP, and then opens the same endpoint with a TLS handshake for the call that revokes. At an
#            endpoint that speaks HTTP alone the rule stays, and the delete is an error after five minutes.
# Output:    DescribeSecurityGroupAttribute over HTTP
#            a TLS handshake
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
	"net"
	"net/http"
	"os"
	"time"

	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/terraform"
)

const group = `{"RequestId": "1", "SecurityGroupId": "sg-1", "RegionId": "cn-hangzhou", "VpcId": "", "Permissions": {"Permission": []}}`

// serve tells what one client of the endpoint wants, and answers it where it speaks HTTP.
func serve(connection net.Conn, seen chan<- string) {
	defer connection.Close()
	reader := bufio.NewReader(connection)
	first, err := reader.Peek(1)
	if err != nil {
		return
	}
	if first[0] == 0x16 { // the first byte of a TLS handshake
		seen <- "a TLS handshake"
		return
	}
	request, err := http.ReadRequest(reader)
	if err != nil {
		return
	}
	_ = request.ParseForm()
	seen <- request.Form.Get("Action") + " over HTTP"
	fmt.Fprintf(connection, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
		len(group), group)
}

func main() {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} {
		os.Unsetenv(name)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	seen := make(chan string, 1000)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(connection, seen)
		}
	}()
	provider := alicloud.Provider()
	err = provider.Configure(terraform.NewResourceConfigRaw(map[string]interface{}{
		"access_key": "id", "secret_key": "secret", "region": "cn-hangzhou", "skip_region_validation": true,
		"account_id": "1", "account_type": "Domestic", "protocol": "HTTP",
		"endpoints": []interface{}{map[string]interface{}{"ecs": listener.Addr().String()}},
	}))
	if err != nil {
		panic(err)
	}
	info := &terraform.InstanceInfo{Type: "alicloud_security_group_rule"}
	state := &terraform.InstanceState{
		ID: "sg-1:ingress:tcp:80/80:intranet:10.0.0.0/8:accept:1",
		Attributes: map[string]string{
			"security_group_id": "sg-1", "type": "ingress", "ip_protocol": "tcp", "port_range": "80/80",
			"nic_type": "intranet", "cidr_ip": "10.0.0.0/8", "policy": "accept", "priority": "1",
		},
	}
	go func() { _, _ = provider.Apply(info, state, &terraform.InstanceDiff{Destroy: true}) }()
	for _, expected := range []string{"DescribeSecurityGroupAttribute over HTTP", "a TLS handshake"} {
		select {
		case line := <-seen:
			fmt.Println(line)
			if line != expected {
				os.Exit(1)
			}
		case <-time.After(time.Minute):
			fmt.Println("nothing more was asked")
			os.Exit(1)
		}
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding 2>/dev/null
