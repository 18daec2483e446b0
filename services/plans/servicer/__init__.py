"""gRPC of plans, one servicer a file; no decisions of the field."""
