"""The parts of OSCAL that Garrison reads, as JSON names them; the XML reader fills the same structures."""

from dataclasses import dataclass, field

import msgspec

from garrison.formats.fields import Text

NAMESPACE = "http://csrc.nist.gov/ns/oscal/1.0"


class Prop(msgspec.Struct, rename={"kind": "class"}):
    """A property of a control, part or catalogue."""

    name: Text = ""
    value: Text = ""
    ns: Text = ""
    kind: Text = ""


class Link(msgspec.Struct):
    """A link of a control; ``rel`` tells, for one, into what a withdrawn control was incorporated."""

    href: Text = ""
    rel: Text = ""


class Select(msgspec.Struct, rename={"how_many": "how-many"}):
    """The choices of a parameter that is a selection."""

    how_many: Text = ""
    choice: list[Text] = []


class Param(msgspec.Struct):
    """A parameter: its assigned values if any, else its label, else its choices."""

    id: Text = ""
    label: Text = ""
    values: list[Text] = []
    select: Select | None = None


class Part(msgspec.Struct):
    """A piece of a control's text, with pieces inside. ``prose`` is Markdown with inserted parameters."""

    name: Text = ""
    ns: Text = ""
    prose: str = ""
    props: list[Prop] = []
    parts: list["Part"] = []


class Item(msgspec.Struct, rename={"kind": "class"}):
    """A group or a control, without what lies below it. ``kind`` is the class that its publisher gave it."""

    id: Text = ""
    kind: Text = ""
    title: Text = ""
    params: list[Param] = []
    props: list[Prop] = []
    links: list[Link] = []
    parts: list[Part] = []


class Metadata(msgspec.Struct):
    """What a document says of itself."""

    title: Text = ""
    version: Text = ""
    published: Text = ""


@dataclass(slots=True)
class Branch:
    """A group or control and what lies below it. ``row`` is a control's number in the file, from 1; a group's is 0."""

    item: Item
    row: int = 0
    controls: list["Branch"] = field(default_factory=list)
    groups: list["Branch"] = field(default_factory=list)


@dataclass(slots=True)
class Catalogue:
    """A whole catalogue. ``metadata`` is None for a fragment that holds nothing but groups."""

    metadata: Metadata | None
    root: Branch


@dataclass(slots=True)
class Import:
    """What a profile takes from one catalogue: identifiers in order, and how much it names in another way."""

    href: str = ""
    include_all: bool = False
    with_ids: list[tuple[int, str]] = field(default_factory=list)
    without_ids: set[str] = field(default_factory=set)
    patterns: int = 0
    with_children: int = 0


@dataclass(slots=True)
class Profile:
    """A whole profile. ``resources`` maps the identifiers of its back matter to addresses."""

    metadata: Metadata
    imports: list[Import] = field(default_factory=list)
    resources: dict[str, str] = field(default_factory=dict)
    tailorings: int = 0
