"""gRPC of dispatch: decode, call, encode; no decisions of the domain."""
