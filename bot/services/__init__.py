"""Floor 3: deeds. A service touches everything and decides nothing."""
