"""A plain nbgrader course, graded by both tools: `python -m benchmarks.plain_nbgrader`."""
