"""The error of a command that cannot go on."""


class CommandError(Exception):
    """One clear sentence: the fault, and its cure."""
