"""What a profile says, by itself: the controls that it names, without the catalogue that it takes them from."""

from collections.abc import Iterator

from garrison.formats.facts import Note, Reading, Refusal, RequirementFact
from garrison.formats.oscal.model import Profile
from garrison.formats.oscal.rules import framework_fact


def readings(profile: Profile) -> Iterator[Reading]:
    """The profile's FrameworkFact (``source`` the imported catalogues' addresses), then a fact for each named control.

    Each identifier is given once, without those that the same import excludes. What only the imported catalogue could
    tell (all controls, patterns, controls below the named ones) and what the profile changes in the controls are
    counted in Notes.
    """
    sources = dict.fromkeys(_address(profile, each.href) for each in profile.imports)
    framework = framework_fact(profile.metadata, "profile", " ".join(source for source in sources if source))
    yield framework
    seen: set[str] = set()
    for each in profile.imports:
        for row, text in each.with_ids:
            code = text.strip()
            if not code:
                yield Refusal(row=row, field="with-ids", reason="The identifier is empty.")
            elif code not in seen and code not in each.without_ids:
                seen.add(code)
                yield RequirementFact(row=row, framework=framework.ident, code=code, order=len(seen))
    unresolved = sum(each.include_all + each.patterns + each.with_children for each in profile.imports)
    if unresolved:
        reason = "The profile also selects by rules that need the imported catalogue; only named controls are read."
        yield Note(field="imports", reason=reason, counts={"selections_not_resolved": unresolved})
    if profile.tailorings:
        reason = "The profile changes parameters or texts of controls; the changes are not applied."
        yield Note(field="modify", reason=reason, counts={"tailorings_not_applied": profile.tailorings})


def _address(profile: Profile, href: str) -> str:
    """An import's address; one that points into the back matter is that resource's first address."""
    address = href.strip()
    if address.startswith("#"):
        address = profile.resources.get(address[1:].lower(), "").strip() or address
    return "%20".join(address.split())
