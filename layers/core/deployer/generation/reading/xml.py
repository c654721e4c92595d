"""Read SVG and other XML as browsers do, by Python's expat: elements up to the first error."""

from __future__ import annotations

import re
from xml.parsers import expat  # nosec B407: entities, the only danger, end the reading

from deployer.generation.reading.markup import Element

_NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml")
_ENCODINGS = re.compile(r"utf-8|us-ascii|iso-8859-1", re.IGNORECASE)


class Xml:
    """The SVG and XHTML elements of a file, in document order: a browser only shows the rest.

    Tags and attributes are in lower case, without a prefix.
    """

    def __init__(self, content: bytes) -> None:
        self.elements: list[Element] = []
        self.stylesheets: list[str] = []
        """The contents of its processing instructions for style sheets."""
        self.entities = False
        """It declares entities, or is in an encoding of its own: nothing more is read."""
        self._open: list[Element] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = lambda _: self._open.pop()
        self._parser.CharacterDataHandler = self._text
        self._parser.ProcessingInstructionHandler = self._instruction
        self._parser.EntityDeclHandler = self._entity
        self._parser.XmlDeclHandler = self._declaration
        try:
            self._parser.Parse(content.removeprefix(b"\xef\xbb\xbf").lstrip(), True)
        except expat.ExpatError:
            # A browser shows what stands before the error, and so do we.
            return
        except _UnreadableError:
            self.entities = True

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parent = self._open[-1] if self._open else None
        plain = {key.rpartition(" ")[2].lower(): value for key, value in attributes.items()}
        namespace, _, tag = name.lower().rpartition(" ")
        element = Element(tag, plain, self._parser.CurrentLineNumber, parent)
        if parent is not None:
            parent.content.append(element)
        self.elements += [element] if namespace in _NAMESPACES else []
        self._open.append(element)

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].content.append(text)

    def _instruction(self, target: str, data: str) -> None:
        if target == "xml-stylesheet":
            self.stylesheets.append(data)

    def _entity(self, *_: object) -> None:
        raise _UnreadableError

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and not _ENCODINGS.fullmatch(encoding):
            raise _UnreadableError


class _UnreadableError(Exception):
    pass
