"""Who we are: persons and their employment."""
