"""Rules about the VPC and VSwitches that instances move into."""
