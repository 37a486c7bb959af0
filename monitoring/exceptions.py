"""Errors that monitoring raises."""


class ImmutableRecord(Exception):
    """Somebody tried to change or delete a record that is written once."""
