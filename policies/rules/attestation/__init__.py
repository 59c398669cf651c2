"""Rules about attestations."""
