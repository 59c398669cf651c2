"""Rules about backups taken before the window."""
