"""Incidents: cases of both worlds, their clocks, evidence and lessons."""
