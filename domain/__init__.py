"""WHAT the chain process is: plain Python, no I/O, is given the time."""
