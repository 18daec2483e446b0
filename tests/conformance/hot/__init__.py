"""What every hot store must do."""
