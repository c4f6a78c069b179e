"""What the compliance app decides, without a database."""
