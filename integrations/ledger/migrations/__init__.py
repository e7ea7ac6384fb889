"""The ledger's migrations (Alembic). `python -m integrations.ledger.migrations "wat er verandert"` writes the next."""
