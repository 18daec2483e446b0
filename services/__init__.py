"""The services: each its own process, database and contract; none imports another."""
