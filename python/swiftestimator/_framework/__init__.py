"""What every other part builds on: dtypes, shapes, graphs, tensors, sessions, conversion."""
