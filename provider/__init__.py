"""The local Pulumi provider `alimigrate`: resources for a classic network migration that pulumi-alicloud lacks."""
