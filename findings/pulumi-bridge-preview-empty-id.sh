#!/bin/sh
# A preview of a bridged provider gives a new resource an empty id, and leaves out what is not known yet.
#
# Package:   github.com/pulumi/pulumi-terraform-bridge/v3 v3.137.0, with a resource of terraform-plugin-sdk v1.17.2.
# Behaviour: Create with preview=true answers the id "", a text like any other, and no property at all for a computed
#            attribute: a policy that reads the previewed resource can tell neither from a value that is empty or absent.
# Output:    id: ""
#            properties: name
# Needs Go 1.25; building the bridge takes some minutes the first time.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat > go.mod <<'EOF'
module finding

go 1.25

require (
	github.com/hashicorp/terraform-plugin-sdk v1.17.2
	github.com/pulumi/pulumi-terraform-bridge/v3 v3.137.0
	github.com/pulumi/pulumi/sdk/v3 v3.256.0
)

replace (
	github.com/hashicorp/terraform-exec => github.com/hashicorp/terraform-exec v0.15.0
	github.com/hashicorp/terraform-plugin-sdk/v2 => github.com/pulumi/terraform-plugin-sdk/v2 v2.0.0-20260318212141-5525259d096b
)
EOF
cat > main.go <<'EOF'
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/structpb"
)

func main() {
	nothing := func(*schema.ResourceData, interface{}) error { return nil }
	thing := &schema.Resource{
		Create: nothing, Read: nothing, Delete: nothing,
		Schema: map[string]*schema.Schema{
			"name":    {Type: schema.TypeString, Required: true, ForceNew: true},
			"address": {Type: schema.TypeString, Computed: true},
		},
	}
	info := tfbridge.ProviderInfo{
		P:         shimv1.NewProvider(&schema.Provider{ResourcesMap: map[string]*schema.Resource{"tiny_thing": thing}}),
		Name:      "tiny",
		Version:   "0.1.0",
		Resources: map[string]*tfbridge.ResourceInfo{"tiny_thing": {Tok: "tiny:index/thing:Thing"}},
	}
	ctx := context.Background()
	server := tfbridge.NewProvider(ctx, nil, "tiny", "0.1.0", info.P, info, []byte(`{"name": "tiny"}`))
	properties, err := structpb.NewStruct(map[string]interface{}{"name": "shop"})
	if err != nil {
		panic(err)
	}
	created, err := server.Create(ctx, &pulumirpc.CreateRequest{
		Urn: "urn:pulumi:dev::app::tiny:index/thing:Thing::thing", Properties: properties, Preview: true,
	})
	if err != nil {
		panic(err)
	}
	names := []string{}
	for name := range created.Properties.Fields {
		if !strings.HasPrefix(name, "__") && name != "id" {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	fmt.Printf("id: %q\n", created.Id)
	fmt.Println("properties:", strings.Join(names, " "))
	if created.Id != "" || strings.Join(names, " ") != "name" {
		fmt.Println(created.Properties)
		os.Exit(1)
	}
}
EOF
GOFLAGS=-mod=mod go build -trimpath -o finding .
./finding
