"""Overhead and start-up time on a NumPy exercise: `python -m benchmarks.numpy_class`."""
