"""The one way in which a command says that it cannot go on."""


class CommandError(Exception):
    """One clear sentence: the fault, and its cure."""
