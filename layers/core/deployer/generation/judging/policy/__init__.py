"""Which hosts a page may use, and the Content-Security-Policy that holds it to them."""
