"""How a profile tailors the controls it selected: parameters set, parts and properties removed and added.

After the "modify" phase of NIST's OSCAL profile resolution specification.
"""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from garrison.formats.source import Damaged


def listed(value: dict[str, Any], key: str) -> list[Any]:
    """A member that is a list of objects; Damaged when it is something else."""
    found = value.get(key) or []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Damaged(f"{key} is not a list of objects.", field=key)
    return found


def controls(group: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Every control below a catalogue, group or control, with the controls above it, in order."""
    for inner in listed(group, "groups"):
        yield from controls(inner, above)
    for control in listed(group, "controls"):
        if not isinstance(control.get("id"), str):
            raise Damaged("A control has no identifier.", field="id")
        yield control, above
        yield from controls(control, (*above, control["id"]))


def tailor(catalog: dict[str, Any], modify: dict[str, Any]) -> list[str]:
    """Set parameters and alter controls in place; gives what could not be done, in words."""
    notes = []
    by_id: dict[str, list[dict[str, Any]]] = {}
    for control, _ in controls(catalog):
        by_id.setdefault(control["id"], []).append(control)
    params: dict[str, list[dict[str, Any]]] = {}
    for holder in _holders(catalog):
        for param in listed(holder, "params"):
            params.setdefault(str(param.get("id", "")), []).append(param)
    for setting in listed(modify, "set-parameters"):
        found = params.get(str(setting.get("param-id", "")), [])
        if not found:
            notes.append(f"parameter {setting.get('param-id')} is set and is not in the catalogue")
        for param in found:
            param.update({key: deepcopy(value) for key, value in setting.items() if key != "param-id"})
            if "values" in setting:
                param.pop("select", None)
    for alter in listed(modify, "alters"):
        found = by_id.get(str(alter.get("control-id", "")), [])
        if not found:
            notes.append(f"control {alter.get('control-id')} is altered and is not selected")
        for control in found:
            for remove in listed(alter, "removes"):
                _remove(control, remove)
            for add in listed(alter, "adds"):
                if not _add(control, add):
                    notes.append(f"control {control['id']} has no {add.get('by-id')} to add to")
    return notes


def _holders(group: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A catalogue and every group and control below it."""
    waiting = [group]
    while waiting:
        each = waiting.pop()
        yield each
        waiting.extend([*listed(each, "groups"), *listed(each, "controls")])


_ITEM_NAMES = {"params": "param", "props": "prop", "links": "link", "parts": "part"}


def _remove(control: dict[str, Any], told: dict[str, Any]) -> None:
    """Take out what meets all conditions of a removal."""
    asked = [(key, told[f"by-{key}"]) for key in ("name", "class", "id", "ns") if f"by-{key}" in told]
    kind_asked = told.get("by-item-name")
    if not asked and kind_asked is None:
        return

    def meets(item: dict[str, Any], kind: str) -> bool:
        return kind_asked in (None, kind) and all(item.get(key) == value for key, value in asked)

    def pruned(holder: dict[str, Any]) -> None:
        for key, kind in _ITEM_NAMES.items():
            if key not in holder:
                continue
            holder[key] = [each for each in listed(holder, key) if not meets(each, kind)]
            if not holder[key]:
                del holder[key]
        for part in listed(holder, "parts"):
            pruned(part)

    pruned(control)


def _add(control: dict[str, Any], told: dict[str, Any]) -> bool:
    """Add to a control, or to the part or parameter ``by-id`` in it; False where there is none."""
    content = {key: deepcopy(told[key]) for key in ("title", *_ITEM_NAMES) if key in told}
    position = told.get("position", "ending")
    target = told.get("by-id")
    if not target or target == control["id"]:
        _put(control, content, start=position in ("starting", "before"))
        return True
    for holder, key, place in _places(control, str(target)):
        if position in ("before", "after"):
            at = place + (position == "after")
            holder[key][at:at] = content.pop(key, [])
            _put(holder, content, start=False)
        else:
            _put(holder[key][place], content, start=position == "starting")
        return True
    return False


def _places(holder: dict[str, Any], target: str) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Where the part or parameter of an identifier stands: its holder, list and place in it."""
    for key in ("params", "parts"):
        for place, each in enumerate(listed(holder, key)):
            if each.get("id") == target:
                yield holder, key, place
            if key == "parts":
                yield from _places(each, target)


def _put(holder: dict[str, Any], content: dict[str, Any], *, start: bool) -> None:
    for key, value in content.items():
        if key == "title":
            holder["title"] = value
        else:
            holder[key] = [*value, *holder.get(key, [])] if start else [*holder.get(key, []), *value]
