"""What protects us, and how well it works: safeguards and their tests."""
