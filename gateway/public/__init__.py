"""The command centre's door: REST, live stream and page."""
