"""What we protect, and with what devices: hosts, software, doors, cameras, in one register."""
