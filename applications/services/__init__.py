"""Every change of state at the desk. Each service owns its transaction and writes the journal."""
