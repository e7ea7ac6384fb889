"""The demo: the synthetic region Kustland with about forty cases."""
