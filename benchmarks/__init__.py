"""The same work done by Proctor and by others, side by side."""
