"""Commands and queries of plans, one function each."""
