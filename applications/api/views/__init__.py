"""Views of the API: validate, call the service, serialise."""
