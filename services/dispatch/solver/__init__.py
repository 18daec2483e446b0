"""The dispatch solver: arrays in, arrays out, no input or output and no domain objects."""
