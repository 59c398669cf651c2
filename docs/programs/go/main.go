// A network, the security groups of the servers that move into it, and access to their database.
package main

import (
	"example.com/pulumi-classic-to-vpc/sdk/go/classictovpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

const (
	zone  = "cn-hangzhou-b"
	block = "172.16.1.0/24"
)

var servers = []string{
	"i-bp1web10000000000001",
	"i-bp1web20000000000001",
	"i-bp1web30000000000001",
	"i-bp1app10000000000001",
	"i-bp1app20000000000001",
}

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		network, err := classictovpc.NewTargetNetwork(ctx, "network", &classictovpc.TargetNetworkArgs{
			VpcName:   pulumi.StringRef("shop"),
			CidrBlock: pulumi.String("172.16.0.0/16"),
			Vswitches: []classictovpc.VSwitchInput{
				classictovpc.VSwitchArgs{ZoneId: zone, Name: "shop-b", CidrBlock: pulumi.StringRef(block)},
			},
		})
		if err != nil {
			return err
		}
		groups, err := classictovpc.NewClonedSecurityGroups(ctx, "groups", &classictovpc.ClonedSecurityGroupsArgs{
			VpcId:       network.VpcId,
			TargetCidrs: []string{block},
			InstanceIds: servers,
		})
		if err != nil {
			return err
		}
		_, err = classictovpc.NewDatabaseAccess(ctx, "database", &classictovpc.DatabaseAccessArgs{
			DbInstanceId: "rm-bp1shopmysql000001",
			VpcId:        network.VpcId,
			Vswitches: []classictovpc.AdmittedVSwitchInput{
				classictovpc.AdmittedVSwitchArgs{
					ZoneId:    zone,
					CidrBlock: pulumi.String(block),
					VswitchId: network.VswitchIds.MapIndex(pulumi.String(zone)),
				},
			},
			WhitelistGroup: "shop_vpc",
		})
		if err != nil {
			return err
		}
		ctx.Export("vswitchIds", network.VswitchIds)
		ctx.Export("securityGroupIds", groups.SecurityGroupIds)
		return nil
	})
}
