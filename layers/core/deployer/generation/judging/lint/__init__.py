"""Look at a site without a browser: what checks demand, what breaks pages, what is forbidden."""
