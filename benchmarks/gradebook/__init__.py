"""How the time to use the gradebook grows with the class: `python -m benchmarks.gradebook`."""
