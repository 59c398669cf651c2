// A network, the security groups of the servers that move into it, and access to their database.

import * as classicToVpc from "@pulumi/classic-to-vpc";

const servers = [
    "i-bp1web10000000000001",
    "i-bp1web20000000000001",
    "i-bp1web30000000000001",
    "i-bp1app10000000000001",
    "i-bp1app20000000000001",
];
const zone = "cn-hangzhou-b";
const block = "172.16.1.0/24";

const network = new classicToVpc.TargetNetwork("network", {
    vpcName: "shop",
    cidrBlock: "172.16.0.0/16",
    vswitches: [{ zoneId: zone, name: "shop-b", cidrBlock: block }],
});
const groups = new classicToVpc.ClonedSecurityGroups("groups", {
    vpcId: network.vpcId,
    targetCidrs: [block],
    instanceIds: servers,
});
new classicToVpc.DatabaseAccess("database", {
    dbInstanceId: "rm-bp1shopmysql000001",
    vpcId: network.vpcId,
    vswitches: [{ zoneId: zone, cidrBlock: block, vswitchId: network.vswitchIds[zone] }],
    whitelistGroup: "shop_vpc",
});

export const vswitchIds = network.vswitchIds;
export const securityGroupIds = groups.securityGroupIds;
