"""The gateway: the one door for the command centre. It holds no state; REST and OpenAPI are built from the contract's descriptors."""
