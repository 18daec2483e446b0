"""The suite: unit, integration, contract, e2e, load, faults."""
