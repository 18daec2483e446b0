"""Unit tests of reading, checking and writing CAP."""
