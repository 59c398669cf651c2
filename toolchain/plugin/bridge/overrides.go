package bridge

import "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"

// fields is where the official plugin departs from what the bridge makes of Alibaba's schema by itself, and where the
// SDK was made from a later schema that says the same by another name. tests/toolchain compares every property with the
// installed SDK, and names what cannot be bridged.
var fields = map[string]map[string]*tfbridge.SchemaInfo{
	// One network interface, though the schema has a set.
	"alicloud_instance": {
		"network_interfaces": {MaxItemsOne: tfbridge.True()},
	},
	// A list, though the schema allows one alone.
	"alicloud_db_instance": {
		"serverless_config": {MaxItemsOne: tfbridge.False()},
	},
	// Renamed by the provider after 1.285.0.
	"alicloud_ecs_auto_snapshot_policies": {
		"policies": {Elem: &tfbridge.SchemaInfo{Fields: map[string]*tfbridge.SchemaInfo{
			"name": {Name: "autoSnapshotPolicyName"},
		}}},
	},
}
