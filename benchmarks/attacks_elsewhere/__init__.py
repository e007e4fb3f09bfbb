"""The same cheating notebooks, graded by Proctor and by plain nbgrader: `python -m benchmarks.attacks_elsewhere`."""
