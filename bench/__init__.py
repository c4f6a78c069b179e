"""Benchmarks: each prints what it measured beside a limit or a named peer, and their ratio."""
