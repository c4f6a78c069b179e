"""Policies: what was decided, in versions that people acknowledge, and the exceptions to it."""
