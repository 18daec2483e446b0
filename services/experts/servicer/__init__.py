"""gRPC of experts: decode, call, encode; no decisions of the domain."""
