"""Floor 3: actions. A service touches everything and decides nothing."""
