"""OSCAL's JSON as the structures of `model`: a control or group of the wrong shape is refused, the rest is read."""

from collections.abc import Iterator
from itertools import count

import msgspec

from garrison.formats import safejson
from garrison.formats.facts import Refusal
from garrison.formats.fields import Text
from garrison.formats.oscal.model import Branch, Catalogue, Import, Item, Metadata, Param, Profile
from garrison.formats.source import Damaged, Source

DEPTH = 200
"""The most groups and controls in one another, whatever the settings allow."""


class _Node(Item, rename={"kind": "class"}):
    controls: list[msgspec.Raw] = []
    groups: list[msgspec.Raw] = []


class _Catalogue(msgspec.Struct):
    metadata: Metadata
    params: list[Param] = []
    controls: list[msgspec.Raw] = []
    groups: list[msgspec.Raw] = []


class _Whole(msgspec.Struct):
    catalog: _Catalogue | None = None
    groups: list[msgspec.Raw] = []
    controls: list[msgspec.Raw] = []
    params: list[Param] = []


class _Matching(msgspec.Struct):
    pattern: Text = ""


class _Select(msgspec.Struct, rename="kebab"):
    with_ids: list[msgspec.Raw] = []
    matching: list[_Matching] = []
    with_child_controls: Text = "no"


class _Import(msgspec.Struct, rename="kebab"):
    href: Text = ""
    include_all: dict[str, msgspec.Raw] | None = None
    include_controls: list[_Select] = []
    exclude_controls: list[_Select] = []


class _Address(msgspec.Struct):
    href: Text = ""


class _Resource(msgspec.Struct):
    uuid: Text = ""
    rlinks: list[_Address] = []


class _BackMatter(msgspec.Struct):
    resources: list[_Resource] = []


class _Modify(msgspec.Struct, rename="kebab"):
    set_parameters: list[msgspec.Raw] = []
    alters: list[msgspec.Raw] = []


class _Profile(msgspec.Struct, rename="kebab"):
    metadata: Metadata
    imports: list[_Import] = []
    modify: _Modify = msgspec.field(default_factory=_Modify)
    back_matter: _BackMatter = msgspec.field(default_factory=_BackMatter)


class _ProfileDocument(msgspec.Struct):
    profile: _Profile


_NODE = msgspec.json.Decoder(_Node)
_WHOLE = msgspec.json.Decoder(_Whole)
_PROFILE = msgspec.json.Decoder(_ProfileDocument)
_TEXT = msgspec.json.Decoder(Text)


def catalogue(source: Source, refused: list[Refusal]) -> Catalogue:
    """The catalogue, or the fragment that holds its groups; what could not be read is added to ``refused``.

    Damaged when the document is no JSON, no catalogue, or nested deeper than ``limits.depth``.
    """
    whole = safejson.decode(source, _WHOLE)
    found = whole.catalog
    if found is None and not whole.groups and not whole.controls:
        raise Damaged("The document holds neither a catalogue nor groups.", field="catalog")
    top = found or whole
    root = Branch(Item(params=top.params))
    _grow(source, root, top.controls, top.groups, refused, count(1), 1)
    return Catalogue(found.metadata if found else None, root)


def _grow(
    source: Source,
    branch: Branch,
    controls: list[msgspec.Raw],
    groups: list[msgspec.Raw],
    refused: list[Refusal],
    numbers: "count[int]",
    depth: int,
) -> None:
    """Read what lies below a group or control, controls first, as the XML reader does."""
    if depth > min(source.limits.depth, DEPTH):
        raise Damaged(f"The controls are nested deeper than the limit of {min(source.limits.depth, DEPTH)}.")
    for raws, into, numbered in ((controls, branch.controls, True), (groups, branch.groups, False)):
        for raw in raws:
            row = next(numbers) if numbered else 0
            for item in safejson.each([raw], _NODE, first=row):
                if isinstance(item, Refusal):
                    where = item.field or ("controls" if numbered else "groups")
                    refused.append(Refusal(row=row, field=where, reason=item.reason))
                    continue
                grown = Branch(item[1], row)
                into.append(grown)
                _grow(source, grown, item[1].controls, item[1].groups, refused, numbers, depth + 1)


def profile(source: Source, refused: list[Refusal]) -> Profile:
    """The profile; identifiers that are no text are added to ``refused``. Damaged when the document is no profile."""
    found = safejson.decode(source, _PROFILE).profile
    numbers = count(1)
    imports = []
    for each in found.imports:
        taken = Import(each.href, include_all=each.include_all is not None)
        for select in each.include_controls:
            taken.with_ids += _idents(select, numbers, refused)
            taken.patterns += len(select.matching)
            taken.with_children += select.with_child_controls == "yes"
        for select in each.exclude_controls:
            taken.without_ids |= {ident.strip() for _, ident in _idents(select, count(1), refused)}
            taken.patterns += len(select.matching)
        imports.append(taken)
    return Profile(
        found.metadata,
        imports,
        {each.uuid.lower(): each.rlinks[0].href if each.rlinks else "" for each in found.back_matter.resources},
        len(found.modify.set_parameters) + len(found.modify.alters),
    )


def _idents(select: _Select, numbers: "count[int]", refused: list[Refusal]) -> Iterator[tuple[int, str]]:
    for raw in select.with_ids:
        row = next(numbers)
        for item in safejson.each([raw], _TEXT, first=row):
            if isinstance(item, Refusal):
                refused.append(Refusal(row=row, field="with-ids", reason=item.reason))
            else:
                yield item
