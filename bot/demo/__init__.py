"""A made-up clan with a history, its Wise Old Man, and the simulated Discord around it."""
