"""What the model did: stored predictions, and soon their outcomes, drift and alerts."""
