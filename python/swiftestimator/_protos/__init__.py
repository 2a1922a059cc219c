"""Protocol buffer messages."""
