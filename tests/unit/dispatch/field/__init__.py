"""Models of the field half."""
