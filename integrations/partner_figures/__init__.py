"""Figures of partners: the waiting lists of other organisations."""
