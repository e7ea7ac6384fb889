"""One file a step: the facts it asks, what closes it, what follows. Steps never import steps."""
