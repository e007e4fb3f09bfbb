"""A class of small Keras notebooks, graded by Proctor and by plain nbgrader: `python -m benchmarks.grade_class`."""
