"""What resources knows of its field, without any library."""
