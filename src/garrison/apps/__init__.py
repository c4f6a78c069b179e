"""Apps: one for each function of a chief security officer, in one fixed order (see pyproject's first contract)."""
