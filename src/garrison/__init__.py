"""Garrison: the one program with which a chief security officer runs an organisation's whole security."""

__version__ = "0.1.0"
