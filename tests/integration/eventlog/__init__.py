"""What only the embedded event log promises."""
