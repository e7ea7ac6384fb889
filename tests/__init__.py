"""The tests of ketenregie."""
