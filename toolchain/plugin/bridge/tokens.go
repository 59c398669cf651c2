package bridge

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// pulumiName is where the official Pulumi SDK puts one Terraform resource or data source.
type pulumiName struct {
	module string // "vpc"
	member string // "Network" for a resource, "getNetworks" for a data source
}

// token spells the name as the SDK does, e.g. "alicloud:vpc/network:Network".
func (n pulumiName) token() string {
	file := strings.ToLower(n.member[:1]) + n.member[1:]
	return PackageName + ":" + n.module + "/" + file + ":" + n.member
}

// resourceNames is the table to extend when the program needs one more resource.
//
// The names are those of pulumi_alicloud (tests/toolchain compares them with the installed SDK). Each goes through its
// life against the simulated cloud (tests/e2e/lifecycles), so one that the cloud does not serve does not belong here.
var resourceNames = map[string]pulumiName{
	"alicloud_vpc":                    {"vpc", "Network"},
	"alicloud_vswitch":                {"vpc", "Switch"},
	"alicloud_route_table":            {"vpc", "RouteTable"},
	"alicloud_route_table_attachment": {"vpc", "RouteTableAttachment"},
	"alicloud_route_entry":            {"vpc", "RouteEntry"},

	"alicloud_security_group":                      {"ecs", "SecurityGroup"},
	"alicloud_security_group_rule":                 {"ecs", "SecurityGroupRule"},
	"alicloud_ecs_prefix_list":                     {"ecs", "EcsPrefixList"},
	"alicloud_ecs_disk":                            {"ecs", "EcsDisk"},
	"alicloud_ecs_disk_attachment":                 {"ecs", "EcsDiskAttachment"},
	"alicloud_ecs_snapshot":                        {"ecs", "EcsSnapshot"},
	"alicloud_ecs_snapshot_group":                  {"ecs", "EcsSnapshotGroup"},
	"alicloud_ecs_auto_snapshot_policy":            {"ecs", "AutoSnapshotPolicy"},
	"alicloud_ecs_auto_snapshot_policy_attachment": {"ecs", "EcsAutoSnapshotPolicyAttachment"},
	"alicloud_ecs_network_interface":               {"ecs", "EcsNetworkInterface"},
	"alicloud_eip_address":                         {"ecs", "EipAddress"},
	"alicloud_eip_association":                     {"ecs", "EipAssociation"},
	"alicloud_instance":                            {"ecs", "Instance"},

	"alicloud_db_instance": {"rds", "Instance"},

	"alicloud_slb_acl":           {"slb", "Acl"},
	"alicloud_slb_load_balancer": {"slb", "ApplicationLoadBalancer"},
}

// dataSourceNames is the same table for data sources.
var dataSourceNames = map[string]pulumiName{
	"alicloud_account":         {"index", "getAccount"},
	"alicloud_caller_identity": {"index", "getCallerIdentity"},
	"alicloud_regions":         {"index", "getRegions"},
	"alicloud_zones":           {"index", "getZones"},

	"alicloud_vpcs":          {"vpc", "getNetworks"},
	"alicloud_vswitches":     {"vpc", "getSwitches"},
	"alicloud_route_tables":  {"vpc", "getRouteTables"},
	"alicloud_route_entries": {"vpc", "getRouteEntries"},

	"alicloud_instances":                  {"ecs", "getInstances"},
	"alicloud_security_groups":            {"ecs", "getSecurityGroups"},
	"alicloud_security_group_rules":       {"ecs", "getSecurityGroupRules"},
	"alicloud_ecs_prefix_lists":           {"ecs", "getEcsPrefixLists"},
	"alicloud_ecs_disks":                  {"ecs", "getEcsDisks"},
	"alicloud_ecs_snapshots":              {"ecs", "getEcsSnapshots"},
	"alicloud_ecs_auto_snapshot_policies": {"ecs", "getAutoSnapshotPolicies"},
	"alicloud_ecs_network_interfaces":     {"ecs", "getEcsNetworkInterfaces"},
	"alicloud_eip_addresses":              {"ecs", "getEipAddresses"},
	"alicloud_images":                     {"ecs", "getImages"},
	"alicloud_instance_types":             {"ecs", "getInstanceTypes"},

	"alicloud_db_instances":      {"rds", "getInstances"},
	"alicloud_db_zones":          {"rds", "getZones"},
	"alicloud_kvstore_instances": {"kvstore", "getInstances"},
	"alicloud_mongodb_instances": {"mongodb", "getInstances"},

	"alicloud_slb_load_balancers": {"slb", "getApplicationLoadBalancers"},
}

func resources() map[string]*tfbridge.ResourceInfo {
	mapped := make(map[string]*tfbridge.ResourceInfo, len(resourceNames))
	for terraform, name := range resourceNames {
		mapped[terraform] = &tfbridge.ResourceInfo{Tok: tokens.Type(name.token()), Fields: fields[terraform]}
	}
	return mapped
}

func dataSources() map[string]*tfbridge.DataSourceInfo {
	mapped := make(map[string]*tfbridge.DataSourceInfo, len(dataSourceNames))
	for terraform, name := range dataSourceNames {
		mapped[terraform] = &tfbridge.DataSourceInfo{Tok: tokens.ModuleMember(name.token()), Fields: fields[terraform]}
	}
	return mapped
}
