"""Elements of an XML document and the three ways in which the devices lay them out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

NAMESPACE = "http://www.ipc.com/ver10"


class Layout(StrEnum):
    """How a document is broken into lines."""

    COMPACT = "compact"
    """Everything behind the declaration on one line (firmware 5.3.1)."""
    LINES = "lines"
    """One element a line, not indented."""
    INDENTED = "indented"
    """Indented by four blanks, as in the vendor's examples."""


class Declaration(StrEnum):
    """The XML declarations seen in the field."""

    NONE = ""
    PLAIN = '<?xml version="1.0" encoding="UTF-8"?>'
    SPACED = '<?xml version="1.0" encoding="UTF-8" ?>'


@dataclass(frozen=True, slots=True)
class Node:
    """One element: either children or a text, which may stand in CDATA."""

    tag: str
    children: tuple[Node, ...] = ()
    attributes: dict[str, str] = field(default_factory=dict)
    text: str | None = None
    cdata: bool = False
    padding: str = ""

    def opening(self) -> str:
        """Return the name with its attributes, without brackets."""
        return self.tag + "".join(f" {name}={quoteattr(value)}" for name, value in self.attributes.items())

    def inline(self) -> str:
        """Return the element on one line."""
        if self.children:
            content = "".join(child.inline() for child in self.children)
        elif self.text is None:
            return f"<{self.opening()}/>"
        else:
            # A section cannot hold its own end: two sections share it.
            section = self.text.replace("]]>", "]]]]><![CDATA[>")
            content = f"{self.padding}<![CDATA[{section}]]>{self.padding}" if self.cdata else escape(self.text)
        return f"<{self.opening()}>{content}</{self.tag}>"

    def lines(self, indent: str = "", depth: int = 0) -> Iterator[str]:
        """Yield the element with one child a line."""
        if not self.children:
            yield indent * depth + self.inline()
            return
        yield f"{indent * depth}<{self.opening()}>"
        for child in self.children:
            yield from child.lines(indent, depth + 1)
        yield f"{indent * depth}</{self.tag}>"


type Content = Node | str | int | bool | None


def node(tag: str, *children: Node | None, **attributes: str | int) -> Node:
    """Build an element with children; those that are None are left out."""
    return Node(tag, tuple(child for child in children if child is not None), _attributes(attributes))


def leaf(tag: str, value: str | float | None = "", **attributes: str | int) -> Node:
    """Build an element with plain text; None makes an element without content, true and false are words."""
    match value:
        case None:
            text = None
        case bool():
            text = "true" if value else "false"
        case _:
            text = str(value)
    return Node(tag, (), _attributes(attributes), text)


def cdata(tag: str, value: str, *, padding: str = "", **attributes: str | int) -> Node:
    """Build an element whose text stands in a CDATA section, with white space around it if asked for."""
    return Node(tag, (), _attributes(attributes), value, cdata=True, padding=padding)


def config(version: str, *children: Node | None) -> Node:
    """Build the root that nearly all documents share."""
    return node("config", *children, version=version, xmlns=NAMESPACE)


def render(root: Node, *, layout: Layout = Layout.LINES, declaration: Declaration = Declaration.PLAIN) -> bytes:
    """Write a document out as UTF-8."""
    head = f"{declaration}\n" if declaration else ""
    match layout:
        case Layout.COMPACT:
            body = root.inline()
        case Layout.LINES:
            body = "\n".join(root.lines()) + "\n"
        case Layout.INDENTED:
            body = "\n".join(root.lines("    ")) + "\n"
    return (head + body).encode()


def _attributes(attributes: dict[str, str | int]) -> dict[str, str]:
    """Turn keyword arguments into attributes: a trailing underscore only avoids a word of Python."""
    return {name.rstrip("_"): str(value) for name, value in attributes.items()}
