"""A first stack file: what is classic in a region, which instances belong together, and a proposal of waves."""
