"""The services of alerts over gRPC; no domain decisions here."""
