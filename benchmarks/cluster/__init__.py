"""A class graded on a dask cluster whose workers are killed: `python -m benchmarks.cluster`."""
