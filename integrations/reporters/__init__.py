"""Reporters' own systems: reports in over HTTP, and what became of them back."""
