"""Rules about licences that the move may end."""
