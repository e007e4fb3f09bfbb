"""A plain nbgrader course, graded by Proctor and by nbgrader, cell by cell: `python -m benchmarks.plain_nbgrader`."""
