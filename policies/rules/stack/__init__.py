"""Rules about the stack as a whole."""
