"""Chromium, driven over a pipe: no port is open that a page could reach.

`executable` finds it, `process` starts and ends it, `protocol` talks to it, `page` opens a site in
it, `answers` says what the page's requests are answered with.
"""
