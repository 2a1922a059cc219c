"""More cases for make_nodes.py."""


def register(case, cases):
    """Adds the cases."""
