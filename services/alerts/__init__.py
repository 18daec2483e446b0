"""Alerts: the authority for warnings to the public, from observation to the receipt of every channel."""
