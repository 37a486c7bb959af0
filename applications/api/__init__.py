"""Applications, decisions, cases and outcomes over REST, by the services of the desk."""
