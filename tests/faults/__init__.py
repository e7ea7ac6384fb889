"""The fault programme: what breaks, how often it was tried, and what must still be true (docs/promises.md)."""
