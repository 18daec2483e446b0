"""Model to proto and back; nothing else."""
