"""ECS security groups whose members an ApsaraDB instance admits, in addition to its whitelists.

Sources: SDK texts of ModifySecurityGroupConfiguration of the three products (at most 10 groups; the call overwrites);
AssociatedEcsSecurityGroupIdQuotaExceed is in the reference of RDS. Its guide says too that groups and instance must
have the same network type, and that a change of the type removes them. Undocumented: the codes of a group
that is not there or does not fit (those of ECS here), and what Redis and MongoDB refuse too many groups with (as RDS).
"""

from simulator.cloud.errors import CloudError, NotFoundError
from simulator.cloud.state import Cloud
from simulator.model.databases import ApsaraInstance
from simulator.model.ecs import SecurityGroup

#: ECS security groups of one database (SDK texts of ModifySecurityGroupConfiguration)
MAX_GROUPS = 10


def admitted(cloud: Cloud, instance: ApsaraInstance) -> list[SecurityGroup]:
    """Return the groups whose members an instance admits."""
    return cloud.estate.security_groups.among(instance.security_group_ids)


def admit(cloud: Cloud, instance: ApsaraInstance, group_ids: list[str]) -> None:
    """Set the groups that an instance admits.

    Raises AssociatedEcsSecurityGroupIdQuotaExceed, InvalidSecurityGroupId.NotFound (404), InvalidNetworkType.Mismatch.
    """
    admitted = list(dict.fromkeys(group_ids))
    if len(admitted) > MAX_GROUPS:
        raise CloudError("AssociatedEcsSecurityGroupIdQuotaExceed", "Security groups quota exceeded")
    for group_id in admitted:
        group = cloud.find_security_group(group_id)
        if group is None:
            raise NotFoundError("InvalidSecurityGroupId.NotFound", "The specified SecurityGroupId does not exist.")
        if group.vpc_id != (instance.vpc_id if instance.network_type == "VPC" else None):
            raise CloudError(
                "InvalidNetworkType.Mismatch", "The network type of the security group and the instance do not match."
            )
    instance.security_group_ids = admitted
