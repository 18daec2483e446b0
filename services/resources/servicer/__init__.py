"""gRPC of resources: decode, call, encode; no decisions of the domain."""
