"""Many applications at once: a file is uploaded, cut into chunks, scored, and read back."""
