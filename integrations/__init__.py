"""HOW the outside is reached: one file or folder per outside system, the ledger among them."""
