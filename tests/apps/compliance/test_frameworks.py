"""Frameworks as data: what we ship is well formed, and a file that is not is refused with its place."""

import pytest

from garrison.apps.compliance.rules.frameworks import MEASURES, InvalidFramework, family_of, load, shipped

HEAD = """
[framework]
ident = "x"
version = "1"
title = "X"
publisher = "P"
legal_status = "in force"
retention_years = 6
[[group]]
id = "g"
title = "Group"
"""
ONE = '[[requirement]]\ncode = "A"\ntitle = "a"\ngroup = "g"\n'


def test_what_we_ship_is_well_formed() -> None:
    found = shipped()
    assert "garrison-physical" in {each.ident for each in found}
    assert len({(each.ident, each.version) for each in found}) == len(found)
    for each in found:
        assert each.requirements, each.ident
        if each.ident != "nist-csf":  # by its ids alone; its publisher has the words
            assert all(asked.guidance for asked in each.requirements if asked.kind != "standard"), each.ident
        assert all(set(asked.measures) <= set(MEASURES) for asked in each.requirements)


def test_a_file_says_what_it_says() -> None:
    more = '[[requirement]]\ncode = "B"\ntitle = "b"\nparent = "A"\nobligation = "addressable"\nretention_years = 2\n'
    walk = '[[crosswalk]]\ncodes = ["A", "B"]\nfamily = "nist-800-53"\nto = ["pe-3", "pe-6"]\n'
    found = load((HEAD + ONE + more + walk + walk).encode(), "x.toml")
    first, second = found.requirements
    assert (first.group, first.retention_years, first.legal_status, first.obligation) == (
        "Group", 6, "in force", "required",
    )  # fmt: skip
    assert (second.parent, second.retention_years, second.obligation, second.order) == ("A", 2, "addressable", 2)
    assert [(link.code, link.to) for link in found.links] == [
        ("A", "pe-3"), ("A", "pe-6"), ("B", "pe-3"), ("B", "pe-6"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[framework", "is no TOML"),
        ("\xff", "is no TOML"),
        ("", "is missing or no table"),
        ("[other]\n", "has a part 'other'"),
        (HEAD.replace('title = "X"', ""), "title is missing"),
        (HEAD.replace("in force", "binding"), "none of in force"),
        (HEAD.replace("= 6", "= -1"), "below zero"),
        (HEAD.replace("= 6", "= true"), "is no int"),
        (HEAD + '[[group]]\nid = "g"\ntitle = "again"\n', "an id of its own"),
        (HEAD + "requirement = 3", "has a key 'requirement'"),
        ("requirement = 3\n" + HEAD, "double brackets"),
        (HEAD + ONE + ONE, "is told twice"),
        (HEAD + '[[requirement]]\ncode = "A"\n', "needs a code and a title"),
        (HEAD + ONE.replace('"A"', '"A<"'), "a citation does not have"),
        (HEAD + ONE.replace('"g"', '"h"'), "names the group h"),
        (HEAD + ONE + 'wording = "x"\n', "has a key 'wording'"),
        (HEAD + ONE + 'parent = "Z"\n', "names Z"),
        (HEAD + ONE + 'parent = "A"\n', "go in a circle"),
        (HEAD + ONE + 'replaced_by = ["A"]\n', "but not withdrawn"),
        (HEAD + ONE + 'measures = ["luck"]\n', "'luck' is none of"),
        (HEAD + ONE + "shown_by = [3]\n", "no list of texts"),
        (HEAD + ONE + 'kind = "wish"\n', "'wish' is none of"),
        (HEAD + ONE + '[[crosswalk]]\ncodes = ["Z"]\nfamily = "f"\nto = ["q"]\n', "names Z"),
        (HEAD + ONE + '[[crosswalk]]\ncodes = ["A"]\nto = ["q"]\n', "needs codes, a family and to"),
    ],
)
def test_a_malformed_file_is_refused_with_its_place(text: str, words: str) -> None:
    with pytest.raises(InvalidFramework) as told:
        load(text.encode("latin-1"), "x.toml")
    assert words in str(told.value)
    assert told.value.path.startswith("x.toml")


def test_several_names_of_one_family() -> None:
    assert family_of("electronic-oscal-version-of-nist-sp-800-53-controls") == "nist-800-53"
    assert family_of("nist-special-publication-800-53-high-impact-baseline-profile") == "nist-800-53"
    assert family_of("nist-cybersecurity-framework") == "nist-csf"
    assert family_of("own-baseline-profile") == "own-baseline"
