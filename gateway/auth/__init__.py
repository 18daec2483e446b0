"""Who is at the door: local accounts or OIDC, and the session that follows."""
