"""What to do next with what we have: initiatives and the best plan."""
