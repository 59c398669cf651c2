"""Rules about databases that must stay reachable."""
