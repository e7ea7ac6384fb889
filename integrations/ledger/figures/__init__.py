"""The queries behind the figures: rows of codes and numbers by municipality, for one window, as known at one moment.

Reports count by receipt, everything else by the moment it was recorded. Whatever was recorded after `known` is left
out, so that the same question gets the same answer later.
"""

from integrations.ledger.figures import events, totals
from integrations.ledger.figures.window import Window, last_recorded, places

__all__ = ["Window", "events", "last_recorded", "places", "totals"]
