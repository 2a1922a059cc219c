"""The public names, and the modules that carry them."""
