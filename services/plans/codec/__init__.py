"""Model to message and back. Fields of both have the same names, which the tests hold; what differs stands here by name."""
