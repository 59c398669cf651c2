"""`preflight fix`: what the stack file has to say, merged into it; and what is left to a person."""
