"""Functions that add nodes to the default graph, grouped by topic."""
