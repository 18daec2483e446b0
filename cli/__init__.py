"""`fenghuo …`: a client of the same public API as the page, one module an area."""
