"""The champion model: registered, loaded once, asked for scores and for their reasons."""
