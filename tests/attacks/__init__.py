"""Notebooks that hostile, unlucky and untidy students hand in, and the small exercise for them."""
