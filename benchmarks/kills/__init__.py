"""Grading runs whose processes are killed at random moments: `python -m benchmarks.kills`."""
