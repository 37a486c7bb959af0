"""Made-up Home Credit tables that behave like the real ones."""

from ml.synthesis.generate import synthesize

__all__ = ["synthesize"]
