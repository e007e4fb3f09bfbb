"""Cheating notebooks, graded by Proctor and nbgrader: `python -m benchmarks.attacks_elsewhere`."""
