"""The platform and its servers as supervised processes of this machine, without containers."""
