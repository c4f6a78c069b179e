"""Profile resolution: the catalogue that a profile selects, arranges and tailors from others.

After NIST's OSCAL profile resolution specification: import (select), merge, modify. Documents are values as `exchange`
reads them. A profile may import profiles; one that leads back to itself is refused.
"""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from garrison.formats.oscal.tailoring import controls, listed, tailor
from garrison.formats.source import Damaged

Fetch = Callable[[str], tuple[str, dict[str, Any]]]
"""Gives the model ("catalog", "profile" or "fragment") and value behind an address; raises Damaged when it cannot."""

DEPTH = 20
"""The most profiles behind one another."""

_INSERT = re.compile(r"\{\{\s*(?:insert:\s*)?param\s*,\s*([^\s{}]+)\s*\}\}")
_ADDRESS = re.compile(r"#([0-9a-fA-F-]{36})")


@dataclass(frozen=True, slots=True)
class Resolved:
    """A resolved catalogue. ``named`` are the identifiers that the profile asks for; ``missing`` of them were not
    found, ``carried`` came along because a control below them was asked for.
    """

    catalog: dict[str, Any]
    named: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Taken:
    """What one import gives: its source and the identifiers selected from it."""

    source: dict[str, Any]
    selected: list[str]
    named: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def resolve(profile: dict[str, Any], fetch: Fetch, *, last_modified: str, name: str = "") -> Resolved:
    """Resolve a profile. ``last_modified`` is the time to write into the result, ``name`` the profile's own address."""
    return _resolve(profile, fetch, last_modified, (name,) if name else ())


def _resolve(profile: dict[str, Any], fetch: Fetch, last_modified: str, behind: tuple[str, ...]) -> Resolved:
    notes: list[str] = []
    taken = [_import(each, profile, fetch, last_modified, behind, notes) for each in listed(profile, "imports")]
    if not taken:
        raise Damaged("The profile imports nothing.", field="imports")
    merge = profile.get("merge") or {}
    catalog, carried = _merged(taken, merge)
    notes.extend(tailor(catalog, profile.get("modify") or {}))
    catalog = _headed(profile, catalog, taken, last_modified)
    return Resolved(
        catalog,
        named=tuple(dict.fromkeys(code for each in taken for code in each.named)),
        missing=tuple(dict.fromkeys(code for each in taken for code in each.missing)),
        carried=tuple(carried),
        notes=tuple(notes),
    )


# --- import ---


def _import(
    told: dict[str, Any],
    profile: dict[str, Any],
    fetch: Fetch,
    last_modified: str,
    behind: tuple[str, ...],
    notes: list[str],
) -> _Taken:
    """What one import selects, resolving a profile behind it first."""
    href = str(told.get("href", ""))
    address = _external(href, profile)
    if address in behind:
        raise Damaged(f"The profiles lead in a circle: {' -> '.join((*behind, address))}.", field="imports")
    if len(behind) >= DEPTH:
        raise Damaged(f"More than {DEPTH} profiles stand behind one another.", field="imports")
    model, source = fetch(address)
    if model == "profile":
        resolved = _resolve(source, fetch, last_modified, (*behind, address))
        source = resolved.catalog
        notes.extend(resolved.notes)
    elif model not in ("catalog", "fragment"):
        raise Damaged(f"{address} is a {model.replace('-', ' ')}; a profile imports catalogues and profiles.")
    parents = {control["id"]: above for control, above in controls(source)}
    including = listed(told, "include-controls")
    everything = "include-all" in told or not including
    selected, named = _selected(including, parents) if not everything else (set(parents), [])
    excluded, _ = _selected(listed(told, "exclude-controls"), parents)
    return _Taken(
        source,
        [code for code in parents if code in selected and code not in excluded],
        named=named,
        missing=[code for code in named if code not in parents],
    )


def _external(href: str, profile: dict[str, Any]) -> str:
    """The address behind a reference into the profile's own back matter; another address unchanged."""
    if not href.startswith("#"):
        return href
    for resource in listed(profile.get("back-matter") or {}, "resources"):
        if str(resource.get("uuid", "")).lower() == href[1:].lower():
            links = listed(resource, "rlinks")
            best = next(
                (link for link in links if "json" in str(link.get("media-type", ""))), links[0] if links else {}
            )
            return str(best.get("href", "")) or href
    raise Damaged(f"The profile imports {href}, which its back matter does not hold.", field="imports")


def _selected(selects: list[dict[str, Any]], parents: dict[str, tuple[str, ...]]) -> tuple[set[str], list[str]]:
    """The identifiers that selections match, and those that they name."""
    found: set[str] = set()
    named: list[str] = []
    for select in selects:
        wanted = {str(code) for code in select.get("with-ids") or []}
        named.extend(str(code) for code in select.get("with-ids") or [])
        patterns = [_glob(str(each.get("pattern", ""))) for each in listed(select, "matching")]
        matched = {code for code in parents if code in wanted or any(pattern.fullmatch(code) for pattern in patterns)}
        if select.get("with-child-controls") == "yes":
            matched |= {code for code, above in parents.items() if matched.intersection(above)}
        found |= matched
    return found, named


@lru_cache(maxsize=1_000)
def _glob(pattern: str) -> re.Pattern[str]:
    """A pattern with * and ?, nothing else being special."""
    parts = (".*" if char == "*" else "." if char == "?" else re.escape(char) for char in pattern)
    return re.compile("".join(parts), re.DOTALL)


# --- merge ---


def _merged(taken: list[_Taken], merge: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The body of the catalogue, and the controls that came along as parents."""
    method = str((merge.get("combine") or {}).get("method", "keep"))
    if method not in ("keep", "use-first", "merge"):
        raise Damaged(f"Controls cannot be combined by {method!r}.", field="combine")
    seen: set[str] = set()
    carried: list[str] = []
    bodies = []
    for each in taken:
        wanted = [code for code in each.selected if method == "keep" or code not in seen]
        seen.update(wanted)
        bodies.append((each.source, set(wanted)))
    if merge.get("as-is"):
        return _as_is(bodies, carried), carried
    flat = [control for source, wanted in bodies for control in _flat(source, wanted)]
    custom = merge.get("custom")
    if custom is not None:
        return _custom(custom, flat), carried
    return {"controls": flat} if flat else {}, carried


def _as_is(bodies: list[tuple[dict[str, Any], set[str]]], carried: list[str]) -> dict[str, Any]:
    """Controls under the groups and controls that they stand under in their source; groups of one id become one."""
    whole: dict[str, Any] = {}
    for source, wanted in bodies:
        kept = _kept(source, wanted, carried)
        if kept is None:
            continue
        for param in kept.get("params", []):
            whole.setdefault("params", []).append(param)
        _join(whole, kept)
    return whole


def _join(whole: dict[str, Any], more: dict[str, Any]) -> None:
    for group in more.get("groups", []):
        same = next(
            (each for each in whole.get("groups", []) if each.get("id") and each["id"] == group.get("id")), None
        )
        if same is None:
            whole.setdefault("groups", []).append(group)
        else:
            _join(same, group)
    whole.setdefault("controls", []).extend(more.get("controls", []))
    if not whole["controls"]:
        del whole["controls"]


def _kept(group: dict[str, Any], wanted: set[str], carried: list[str]) -> dict[str, Any] | None:
    """A catalogue or group with only the controls wanted and those above them; None where none is."""
    found = {key: deepcopy(value) for key, value in group.items() if key not in ("groups", "controls", "back-matter")}
    groups = [kept for each in listed(group, "groups") if (kept := _kept(each, wanted, carried)) is not None]
    inside = [kept for each in listed(group, "controls") if (kept := _kept_control(each, wanted, carried))]
    if groups:
        found["groups"] = groups
    if inside:
        found["controls"] = inside
    return found if groups or inside else None


def _kept_control(control: dict[str, Any], wanted: set[str], carried: list[str]) -> dict[str, Any] | None:
    below = [kept for each in listed(control, "controls") if (kept := _kept_control(each, wanted, carried))]
    if control["id"] not in wanted:
        if not below:
            return None
        carried.append(control["id"])
    found = {key: deepcopy(value) for key, value in control.items() if key != "controls"}
    if below:
        found["controls"] = below
    return found


def _flat(source: dict[str, Any], wanted: set[str]) -> list[dict[str, Any]]:
    """The controls wanted, one beside the other."""
    return [
        {key: deepcopy(value) for key, value in control.items() if key != "controls"}
        for control, _ in controls(source)
        if control["id"] in wanted
    ]


def _custom(custom: dict[str, Any], flat: list[dict[str, Any]]) -> dict[str, Any]:
    """The arrangement that a profile writes itself; a control may be inserted in several places."""
    parents: dict[str, tuple[str, ...]] = {control["id"]: () for control in flat}

    def arranged(told: dict[str, Any]) -> dict[str, Any]:
        found = {key: deepcopy(value) for key, value in told.items() if key not in ("groups", "insert-controls")}
        inserted: list[dict[str, Any]] = []
        for insert in listed(told, "insert-controls"):
            including = listed(insert, "include-controls")
            chosen, _ = _selected(including, parents) if including else (set(parents), [])
            excluded, _ = _selected(listed(insert, "exclude-controls"), parents)
            matched = [deepcopy(each) for each in flat if each["id"] in chosen - excluded]
            order = insert.get("order", "keep")
            if order in ("ascending", "descending"):
                matched.sort(key=lambda control: control["id"], reverse=order == "descending")
            inserted.extend(matched)
        groups = [arranged(each) for each in listed(told, "groups")]
        if groups:
            found["groups"] = groups
        if inserted:
            found["controls"] = inserted
        return found

    return arranged(custom)


# --- the rest of the document ---


def _headed(profile: dict[str, Any], body: dict[str, Any], taken: list[_Taken], last_modified: str) -> dict[str, Any]:
    """The catalogue with its identity, metadata and the resources that it still refers to."""
    metadata = deepcopy(profile.get("metadata") or {})
    metadata["last-modified"] = last_modified
    metadata["props"] = [*metadata.get("props", []), {"name": "resolution-tool", "value": "Garrison"}]
    source_id = str(profile.get("uuid", ""))
    if source_id:
        metadata["links"] = [*metadata.get("links", []), {"href": f"#{source_id}", "rel": "source-profile"}]
    body = {key: body[key] for key in ("params", "controls", "groups") if body.get(key)}
    _drop_unused_params(body)
    resources = _resources(profile, body, taken)
    whole: dict[str, Any] = {"uuid": str(_uuid(source_id, last_modified)), "metadata": metadata, **body}
    if resources:
        whole["back-matter"] = {"resources": resources}
    return whole


def _uuid(source_id: str, last_modified: str) -> UUID:
    """The same identity for the same profile resolved at the same time."""
    return uuid5(NAMESPACE_URL, f"{source_id} {last_modified}")


def _strings(value: Any) -> Iterator[str]:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)


def _drop_unused_params(body: dict[str, Any]) -> None:
    """Leave out parameters of catalogue and groups that no text left in refers to."""
    used = {code for text in _strings(body) for code in _INSERT.findall(text)}
    waiting = [body]
    while waiting:
        each = waiting.pop()
        if "params" in each:
            each["params"] = [param for param in listed(each, "params") if param.get("id") in used]
            if not each["params"]:
                del each["params"]
        waiting.extend(listed(each, "groups"))


def _resources(profile: dict[str, Any], body: dict[str, Any], taken: list[_Taken]) -> list[dict[str, Any]]:
    """The resources of sources and profile that something left in refers to, or that ask to be kept."""
    used = {code.lower() for text in _strings(body) for code in _ADDRESS.findall(text)}
    found: dict[str, dict[str, Any]] = {}
    for holder in [*(each.source for each in taken), profile]:
        for resource in listed(holder.get("back-matter") or {}, "resources"):
            code = str(resource.get("uuid", "")).lower()
            kept = any(
                prop.get("name") == "keep" and prop.get("value") == "always" for prop in listed(resource, "props")
            )
            if code in used or kept:
                found[code] = deepcopy(resource)
    return list(found.values())
