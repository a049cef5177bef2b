"""Pages and endpoints of evidence."""
