"""Signals of moves and loss of sight: our reference in, a coded signal out."""
