"""Stories: a case replayed act by act on a fresh ledger with a virtual clock (docs/stories.md)."""
