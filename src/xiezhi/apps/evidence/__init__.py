"""Evidence: recordings and their files, recorders, custody, retention, and who may look at what."""
