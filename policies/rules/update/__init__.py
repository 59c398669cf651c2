"""Rules about what `pulumi up` will meet."""
