"""The bare limit: FastAPI to gRPC to PostgreSQL with one insert and nothing else, in the same two processes a command passes through."""
