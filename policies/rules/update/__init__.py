"""Rules about what `pulumi up` will encounter."""
