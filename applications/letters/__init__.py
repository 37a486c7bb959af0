"""Letters to applicants: what may be given as a reason, what is said, and its PDF."""
