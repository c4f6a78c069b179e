"""Where we are weak: findings of every kind, with priority and its reasons."""
