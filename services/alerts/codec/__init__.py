"""Model to contract and back."""
