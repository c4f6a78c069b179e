"""Are we getting better: snapshots, briefs and the board report."""
