"""How the pack is run: the gate to the SDK, the evaluation of all rules, the result document."""
