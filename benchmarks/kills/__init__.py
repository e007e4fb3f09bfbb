"""Grading runs whose processes are killed at random moments, and what is left then: `python -m benchmarks.kills`."""
