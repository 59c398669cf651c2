"""A first stack file: what is classic in a region, who belongs together, and a proposal of who moves when."""
