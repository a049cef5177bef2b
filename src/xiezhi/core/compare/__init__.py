"""What two packs, or two editions of one, ask differently, and which of them is stricter."""
