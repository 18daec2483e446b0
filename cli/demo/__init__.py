"""`fenghuo demo`: plays a scenario against a running platform through its public API, each actor another person, and checks every expectation."""
