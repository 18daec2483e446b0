"""Exercises: a scenario file played on the real system, sealed by one exercise id, and evaluated."""
