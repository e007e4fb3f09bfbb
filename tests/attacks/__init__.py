"""What hostile, unlucky and untidy students hand in, and the small exercise that they hand it in for."""
