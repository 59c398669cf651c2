"""Rules about what the stack declares as a whole."""
