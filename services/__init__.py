"""The six services; each owns its data and imports only the chassis and the generated messages."""
