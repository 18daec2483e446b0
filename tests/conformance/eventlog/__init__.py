"""What every event log must do."""
