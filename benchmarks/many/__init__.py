"""A thousand submissions in one run: speed, and memory over time: `python -m benchmarks.many`."""
