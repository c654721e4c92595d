"""Names of attachments: each becomes a file on GitHub, on Pages and in every clone."""

from __future__ import annotations

from deployer.domain.site_path import (
    EVERY_SITES_PATHS,
    PAGES_DOMAIN,
    check_portable_path,
    same_file,
    tops,
)

_RESERVED = frozenset(map(same_file, (*EVERY_SITES_PATHS, PAGES_DOMAIN)))


def check_attachment_name(name: str) -> str:
    """Return `name` if it may name an attachment.

    Raises:
        ValueError: it may not; the message says why.
    """
    check_portable_path(name)
    if not _RESERVED.isdisjoint(tops(name)):
        raise ValueError("names a file that every site has; send it under another name")
    if name.startswith("."):
        raise ValueError("must not begin with a dot")
    return name
