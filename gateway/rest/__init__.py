"""REST from descriptors: routes, JSON in and out, problems, OpenAPI."""
