"""Errors of webhooks; their messages are sentences for whoever set the webhook up."""

from __future__ import annotations


class AddressRefused(Exception):
    """Nothing is sent to such an address."""


class NoAnswer(Exception):
    """It could not be reached, or did not answer in time."""
