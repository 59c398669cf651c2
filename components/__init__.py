"""Pulumi components that declare what the target environment needs, and the pure logic under them."""
