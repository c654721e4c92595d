"""Look at a site without a browser: what the checks demand, what breaks pages, what is forbidden."""
