"""The resources of the simulated cloud: one schema for estate files and for the live state."""
