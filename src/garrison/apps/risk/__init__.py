"""What it may cost us: scenarios, the controls that bear on them, and loss results."""
