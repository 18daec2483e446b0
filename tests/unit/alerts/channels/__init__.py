"""Unit tests of the channels against real protocol peers on loopback."""
