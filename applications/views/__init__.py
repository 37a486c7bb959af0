"""The desk's pages: ask, and render."""
