"""A class of Keras notebooks, graded by both tools: `python -m benchmarks.grade_class`."""
