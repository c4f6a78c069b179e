"""What we owe: frameworks and their requirements."""
