"""What alerts knows: readings, external messages, authorities, alert messages and their chains, deliveries and coverage."""
