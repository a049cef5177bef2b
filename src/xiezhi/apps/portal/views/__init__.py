"""Public pages: no sign-in, no script needed, one permanent address for each."""
