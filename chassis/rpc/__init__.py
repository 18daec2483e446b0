"""Calls between components: server, channel, and the pipeline around every call."""
