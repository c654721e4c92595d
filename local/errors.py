"""The one way in which a command of the local cloud says that it cannot go on."""


class LocalCloudError(Exception):
    """One clear sentence: what is wrong, and what cures it."""
