"""Hypothesis without a clock: a busy machine is no reason for a rule to fail."""

from hypothesis import settings

settings.register_profile("no_clock", deadline=None)
settings.load_profile("no_clock")
