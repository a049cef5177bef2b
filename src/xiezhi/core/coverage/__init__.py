"""Which clause is fulfilled by what, shown by which test, or why it is not: the account of a pack before its document (contracts.md 6)."""
