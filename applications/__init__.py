"""Loan applications and the decisions on them: the desk of bankers and managers."""
