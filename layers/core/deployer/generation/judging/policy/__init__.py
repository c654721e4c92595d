"""The hosts that a page may use, and the Content-Security-Policy that holds it to them."""
