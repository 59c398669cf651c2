"""Rules about the security groups that replace the classic ones."""
