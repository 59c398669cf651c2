// Command pulumi-resource-alicloud is Alibaba Cloud's own Terraform provider, bridged to Pulumi for the resources that
// this project uses.
//
// It stands in for the official plugin of the same version on machines that can reach Go modules but not the official
// plugin download. It follows the official plugin's settings (names, environment defaults, autonaming), so that a
// program behaves the same with either.
package main

import (
	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
)

const (
	packageName = "alicloud"

	// The official plugin allows 255 characters and a dash before the random suffix.
	autonameMaxLength = 255
	autonameSeparator = "-"
)

// version is set by the linker (-X main.version=...), so that it is written down once, in toolchain/versions.py.
var version = "0.0.0-unset"

// emptySchema answers GetSchema. Programs use the published SDK and never ask for it; the bridge wants valid JSON.
var emptySchema = []byte(`{"name": "` + packageName + `"}`)

func fromEnvironment(variable string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}}}
}

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:       shimv1.NewProvider(alicloud.Provider().(*schema.Provider)),
		Name:    packageName,
		Version: version,
		Config: map[string]*tfbridge.SchemaInfo{
			"ecs_role_name": fromEnvironment("ALICLOUD_ECS_ROLE_NAME"),
			"region":        fromEnvironment("ALICLOUD_REGION"),
			"profile":       fromEnvironment("ALICLOUD_PROFILE"),
		},
		Resources:   resources(),
		DataSources: dataSources(),
	}
	info.SetAutonaming(autonameMaxLength, autonameSeparator)
	return info
}

func main() {
	tfbridge.Main(packageName, version, provider(), emptySchema)
}
