"""Floor 1, pure: the clan's own rules. Standard library only, tried at a bare prompt."""
