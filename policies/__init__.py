"""Policy pack: fails the preview while anything is missing that the move from the classic network to a VPC needs."""

from typing import Final

PACK_NAME: Final = "classic-to-vpc-preflight"
# The same as in PulumiPolicy.yaml, which the CLI reads; a test compares the two.
PACK_VERSION: Final = "0.1.0"
