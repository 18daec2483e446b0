"""What experts knows and decides, without database or transport."""
