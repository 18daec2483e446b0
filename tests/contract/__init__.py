"""What keeps the shape: each rule, and the proof that it can fail."""
