"""Lint: a look at a site without a browser, at the checks' demands and at broken pages."""
