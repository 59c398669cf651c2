"""Rules about classic instances that stay."""
