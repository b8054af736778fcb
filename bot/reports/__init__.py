"""Floor 2: values in, bytes out."""
