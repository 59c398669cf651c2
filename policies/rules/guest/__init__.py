"""Rules about the guest system, by its evidence."""
