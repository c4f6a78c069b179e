"""What is ours, and who answers for what: units, sites and zones."""
