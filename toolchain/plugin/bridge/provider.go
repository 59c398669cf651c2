// Package bridge is Alibaba Cloud's own Terraform provider, bridged to Pulumi for the resources that this project uses.
//
// It stands in for the official plugin of the same version on machines that can reach Go modules but not the official
// plugin download. It follows the official plugin's settings (names, shapes, environment defaults, autonaming), so that
// a program behaves the same with either.
package bridge

import (
	"github.com/aliyun/terraform-provider-alicloud/alicloud"
	"github.com/hashicorp/terraform-plugin-sdk/helper/schema"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	shimv1 "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v1"
)

const (
	// PackageName is the name of the plugin and of its package.
	PackageName = "alicloud"

	// The official plugin allows 255 characters and a dash before the random suffix.
	autonameMaxLength = 255
	autonameSeparator = "-"
)

func fromEnvironment(variable string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{EnvVars: []string{variable}}}
}

// Provider describes the plugin, whose version is written down once, in toolchain/versions.py.
func Provider(version string) tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:       shimv1.NewProvider(alicloud.Provider().(*schema.Provider)),
		Name:    PackageName,
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
