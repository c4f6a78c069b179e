"""Who would, and how: vulnerabilities in the world, techniques, groups and their tools."""
