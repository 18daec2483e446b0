"""Benchmarks: figures as ratios to a bare limit measured in the same run, printed as a table and written to var/bench.json."""
