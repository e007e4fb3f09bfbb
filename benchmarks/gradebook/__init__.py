"""How the gradebook bears a growing class: `python -m benchmarks.gradebook`."""
