"""A thousand submissions in one run: how fast, and with how much memory from the first to the last."""
