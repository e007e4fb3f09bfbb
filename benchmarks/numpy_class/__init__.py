"""A from-scratch NumPy exercise with 30 criteria: what Proctor adds to each submission, and how soon it begins."""
