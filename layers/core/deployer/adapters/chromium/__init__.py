"""Chromium, driven over a pipe: no port is open that a page could reach.

`executable` finds it, `process` starts and ends it, `protocol` talks to it, `page` opens a site in
it, `traffic` answers the page's requests from `published`, `libraries` and `outside`.
"""
