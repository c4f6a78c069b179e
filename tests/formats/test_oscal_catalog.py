import json
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.oscal_sample import CATALOGUE, NAMESPACE, as_xml, control, part, prop
from tests.kit.plain import facts, patient, plain, read, refusals, survives, told

from garrison.formats import oscal_catalog_json, oscal_catalog_xml
from garrison.formats.facts import FrameworkFact, RequirementFact
from garrison.formats.oscal import prose, rules
from garrison.formats.oscal.model import Item, Param, Part, Select
from garrison.formats.source import Damaged

FRAMEWORK = "rules-of-the-gate"


def catalogue(*controls: dict, **more: object) -> dict:
    return {"catalog": {"uuid": "x", "metadata": {"title": "Mine"}, "controls": list(controls), **more}}


def requirements(content: object) -> list[RequirementFact]:
    return [each for each in facts(read(oscal_catalog_json, content)) if isinstance(each, RequirementFact)]


def codes(content: object) -> list[str]:
    return [each.code for each in requirements(content) if not each.withdrawn]


def requirement(code: str, order: int, **more: object) -> RequirementFact:
    return RequirementFact(
        **({"framework": FRAMEWORK, "code": code, "title": f"Control {code}", "order": order} | more)
    )


# the sample -----------------------------------------------------------------------------------------------------


def test_the_sample_in_json():
    want = [
        FrameworkFact(
            ident=FRAMEWORK, title="Rules of the Gate, Revision 3.1", version="3.1", published="2031-01-02T00:00:00Z"
        ),
        requirement("loose-1", 1, title="A loose rule", text="Mind the gap."),
        requirement(
            "g-1",
            2,
            label="G-1",
            title="Keep gates",
            group="Gates",
            text="a. Let [organization-defined *keepers*] watch the **[wall]**:\n"
            "1. [Selection (one or more): by day; within [time]]; and\n"
            "with two, three lamps.\n"
            "See the plan, `gate.cfg` and:\n- bolts\n- bars\n1. first",
        ),
        requirement("g-1.1", 3, group="Gates", parent="g-1", text="More [missing]."),
        requirement("g-1.2", 4, group="Gates", parent="g-1", withdrawn=True),
        requirement("g-2", 5, group="Gates", withdrawn=True),
        requirement("g-3", 6, title="No words at all", group="Gates"),
        requirement("h-1", 7, group="Halls / Doors", text="Close doors."),
        requirement(
            "w-1-s", 8, label="W.1", title="Deep wells", group="Wells", text="Cover wells deeper than [depth]."
        ),
        requirement("w-2-a", 9, title="w-2-a", group="Wells", text="Fence."),
        requirement("w-2-b", 10, title="Mark", group="Wells", text="Mark."),
        requirement("w-3-a", 11, group="Wells / Springs", text="Count springs."),
    ]
    assert facts(read(oscal_catalog_json, CATALOGUE)) == want


def test_json_and_xml_say_the_same():
    from_json, from_xml = read(oscal_catalog_json, CATALOGUE), read(oscal_catalog_xml, as_xml(CATALOGUE))
    assert told(from_xml) == told(from_json)  # rows too


def test_the_order_and_other_identifier_of_a_version_do_not_change_the_framework():
    newer = deepcopy(CATALOGUE)
    newer["catalog"]["uuid"] = "other"
    newer["catalog"]["metadata"].update(title="Rules of the Gate, Revision 4", version="4")
    assert facts(read(oscal_catalog_json, newer))[0].ident == FRAMEWORK


# the rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "ident"),
    [
        ("Rules 800-53 Rev. 5", "rules-800-53"),
        ("Rules *and* Notes v2.0.1", "rules-and-notes"),
        ("Rules 2.0", "rules"),
        ("ISO 27001:2022", "iso-27001-2022"),
        ("Version 3 of Ünder_Score", "of-ünder-score"),
        ("x" * 200, "x" * 100),
        ("2.0", ""),
    ],
)
def test_idents_leave_versions_out(title, ident):
    assert rules.ident(title) == ident


def test_a_catalogue_without_a_title():
    framework = facts(read(oscal_catalog_json, {"catalog": {"metadata": {}}}))[0]
    assert (framework.ident, framework.title) == ("untitled-catalogue", "Untitled catalogue")


@pytest.mark.parametrize("rel", ["moved-to", "incorporated_into", "Superseded-By"])
def test_a_link_may_say_where_a_control_went(rel):
    (fact,) = requirements(catalogue(control("a", links=[{"rel": rel}], parts=[part("statement", "Old.")])))
    assert fact.withdrawn


def test_a_withdrawn_control_keeps_the_controls_below_it():
    below = control("a.1", parts=[part("statement", "Stays.")])
    found = requirements(catalogue(control("a", props=[prop("status", "withdrawn")], controls=[below])))
    assert [(each.code, each.withdrawn, each.parent) for each in found] == [("a", True, ""), ("a.1", False, "a")]


def test_controls_with_titles_only_are_all_requirements():
    assert codes(catalogue(control("a", controls=[control("a.1"), control("a.2")]))) == ["a", "a.1", "a.2"]


def test_a_division_is_no_requirement_and_a_leaf_of_that_class_is():
    kind = {"class": "Category"}
    below = control("a.1", parts=[part("statement", "Do.")])
    assert codes(catalogue(control("a", **kind, controls=[below]), control("b", **kind))) == ["a.1", "b"]


def test_csf_identifiers_of_the_older_edition_are_withdrawn():
    new = control("N-1", **{"class": "sub"}, parts=[part("statement", "New."), part("example", "E", ns=rules.CSF)])
    party = control("N-2", **{"class": "sub"}, props=[prop("risk-party", "1st", ns=rules.CSF)])
    old = control("O-1", **{"class": "sub"}, parts=[part("statement", "Old.")])
    other = control("X-1", **{"class": "other"}, parts=[part("statement", "Other.")])
    found = requirements(catalogue(new, party, old, other))
    assert [each.code for each in found if each.withdrawn] == ["O-1"]
    plain_example = {**new, "parts": [part("statement", "New."), part("example", "E")]}
    assert codes(catalogue(plain_example, old)) == ["N-1", "O-1"]


def test_fragments_of_groups():
    def groups(*idents: str, group: str = "g") -> dict:
        return {"groups": [{"id": group, "title": "G", "controls": [control(ident) for ident in idents]}]}

    known = read(oscal_catalog_json, groups("ac-1", "ac-2.1", "xyz"))
    assert known[0] == FrameworkFact(ident="nist-sp-800-53", title="NIST SP 800-53 (groups only)")
    assert read(oscal_catalog_json, groups("one", "ac-1"))[0].ident == "oscal-catalogue-fragment-g"
    assert read(oscal_catalog_json, groups(group="!"))[0].ident == "oscal-catalogue-fragment-untitled"
    assert read(oscal_catalog_json, {"controls": [control("a")]})[0].ident == "oscal-catalogue-fragment-untitled"


# refusals and damage --------------------------------------------------------------------------------------------


def test_bad_controls_and_groups_are_refused_and_the_rest_is_read():
    content = catalogue(
        control("a"),
        7,
        {"id": "b", "title": ["x"], "controls": [control("lost")]},
        {"title": "no identifier", "controls": [control("c")]},
        control("a"),
        groups=[
            {"title": 4},
            5,
            {"id": "g", "controls": [control("d", props=[{"name": 1}])]},
            {"controls": [{"id": "e"}]},
        ],
    )
    readings = read(oscal_catalog_json, content)
    assert sorted(refusals(readings)) == [
        (0, "groups"),
        (0, "title"),
        (2, "controls"),
        (3, "title"),
        (4, "id"),
        (6, "id"),
        (7, "props[0].name"),
    ]
    assert [each.code for each in facts(readings)[1:]] == ["a", "c", "e"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"catalog": 3}',
        '{"catalog": {"metadata": {"title": 3}}}',
        json.dumps(CATALOGUE)[:-5],
        "[" * 100_000,
        '{"groups": [' + '{"groups": [' * 300 + "]}" * 300 + "]}",
        '{"groups": [{"id": "g", "x": ' + "[" * 100_000,
    ],
)
def test_damaged_json(content):
    with pytest.raises(Damaged):
        read(oscal_catalog_json, content)


def test_text_nested_too_deep_is_refused():
    deep = '{"name": "statement", "parts": [' * 5_000 + "]}" * 5_000
    content = json.dumps(catalogue(control("a"), control("b", parts=[9]))).replace("9", deep)
    assert [each.code for each in facts(read_or_damaged(content))[1:]] in ([], ["a"])


def read_or_damaged(content: str) -> list:
    try:
        return read(oscal_catalog_json, content)
    except Damaged:
        return []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<catalog",
        as_xml(CATALOGUE)[:-20],
        b"<catalog>" + b"<group>" * 300,
        b'<!DOCTYPE catalog [<!ENTITY a "b">]><catalog/>',
    ],
)
def test_damaged_xml(content):
    with pytest.raises(Damaged):
        read(oscal_catalog_xml, content)


# text -----------------------------------------------------------------------------------------------------------


def marked(inside: str) -> str:
    text = (
        f'<catalog xmlns="{NAMESPACE}"><metadata><title>T</title></metadata><control id="a"><title>A <em>b</em></title>'
        f'<part name="statement">{inside}</part></control></catalog>'
    )
    return facts(read(oscal_catalog_xml, text))[1].text


@pytest.mark.parametrize(
    ("inside", "want"),
    [
        ("<p>a <strong>b</strong> <code>c</code>\n  d</p><p>e<q>f</q></p>", 'a **b** `c` d\ne"f"'),
        ("<ol><li>a</li><li><p>b</p><ul><li>c</li></ul></li></ol>", "1. a\n1. b\n- c"),
        ("<h2>a</h2><hr/><p>b</p>", "## a\nb"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "| a | b |\n| c |"),
        ("<blockquote><p>a</p><p>b</p></blockquote><pre>c\nd</pre>", "a\nb\nc\nd"),
        ('<p>a<br/>b <img alt="c" src="d"/> <a href="e">f</a> x<sub>1</sub><sup>2</sup></p>', "a b !c f x~1~^2^"),
        ('<title>no</title><prop name="label" value="1)"/><p>a</p><remarks><p>no</p></remarks>', "1) a"),
    ],
)
def test_markup_becomes_markdown(inside, want):
    assert marked(inside) == want


def test_markdown_is_unwrapped_and_unescaped():
    assert prose.paragraphs("a\n b\n\n\nc \\* \\[d\\]\n- e\n  f\n12. g") == "a b\nc * [d]\n- e f\n12. g"
    assert prose.paragraphs(" \n") == ""


def test_parameters():
    known = prose.Parameters(
        [
            Param(id="value", values=["a", "b"], label="no"),
            Param(id="value", label="a second one is passed over"),
            Param(id="loop", label="see {{ insert: param, loop }}"),
            Param(id="pick", select=Select(choice=["x", "{{value}}"])),
            Param(id="empty", select=Select()),
            Param(id="long", label="x" * 9_000),
            *(Param(id=f"n{n}", label=f"{{{{ insert: param, n{n + 1} }}}}") for n in range(20)),
        ]
    )
    assert known.shown("value") == "a, b"
    assert known.shown("loop") == "[see [loop]]"
    assert known.shown("pick") == "[Selection: x; a, b]"
    assert known.shown("empty") == "[empty]"
    assert known.shown("unknown") == "[unknown]"
    assert len(known.shown("long")) == prose.PARAM_CHARS
    assert known.shown("n0") == "[[[[[[[[[n8]]]]]]]]]"
    assert known.fill("a {{ insert: param, value }} {{ value }} {{ not one }}", 100) == "a a, b a, b {{ not one }}"


def test_a_bomb_of_parameters_stays_small():
    choices = ["{{{{ insert: param, p{} }}}}" for _ in range(50)]
    params = [Param(id=f"p{n}", select=Select(choice=[choice.format(n + 1) for choice in choices])) for n in range(50)]
    known = prose.Parameters(params)
    item = Item(parts=[Part(name="statement", prose="{{ insert: param, p0 }} " * 900, parts=[])] * 50)
    text = prose.statement(item, known)
    assert len(text) <= prose.TEXT_CHARS
    assert text.endswith("…")


# recognising ----------------------------------------------------------------------------------------------------


def test_sniffing_is_by_content():
    text = json.dumps(CATALOGUE)
    for content in (
        text,
        text[:500],
        "\ufeff \n" + text,
        text.encode("utf-16"),
        {"groups": CATALOGUE["catalog"]["groups"]},
    ):
        assert oscal_catalog_json.sniff(plain(content))
        assert not oscal_catalog_xml.sniff(plain(content))
    for other in (
        "",
        "catalog",
        [CATALOGUE],
        {"catalog": "seeds"},
        {"groups": [{"id": 1, "title": "x"}]},
        {"groups": [{"id": 1, "title": "x", "controls": []}], "users": []},
    ):
        assert not oscal_catalog_json.sniff(plain(other))
    document = as_xml(CATALOGUE)
    for content in (document, document[:300], b"\n " + document, b"\xef\xbb\xbf" + document):
        assert oscal_catalog_xml.sniff(plain(content))
        assert not oscal_catalog_json.sniff(plain(content))
    for other in ("", "<catalog/>", f'<profile xmlns="{NAMESPACE}"/>', '<catalog xmlns="urn:seeds"/>'):
        assert not oscal_catalog_xml.sniff(plain(other))


@patient
@given(st.binary(max_size=200))
def test_bytes_never_surprise(content):
    survives(oscal_catalog_json, content)
    survives(oscal_catalog_xml, content)
    survives(oscal_catalog_json, b'{"catalog": {"metadata": {}, "controls": [' + content + b"]}}")
    survives(oscal_catalog_xml, f'<catalog xmlns="{NAMESPACE}"><control id="a">'.encode() + content)


NAMES = ["id", "class", "title", "params", "props", "links", "parts", "controls", "groups", "name", "value", "prose"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=9)
    | st.sampled_from(["statement", "{{ a }}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=15,
)


@patient
@given(JSON)
def test_wrong_values_never_surprise(value):
    survives(oscal_catalog_json, json.dumps(catalogue(control("a"), value)).encode())
    survives(oscal_catalog_json, json.dumps({"groups": value}).encode())


ELEMENTS = [
    "group",
    "control",
    "part",
    "prop",
    "param",
    "label",
    "select",
    "choice",
    "p",
    "ul",
    "li",
    "insert",
    "table",
    "tr",
]
TREE = st.recursive(
    st.text("ab<& {}", max_size=5),
    lambda inner: st.tuples(
        st.sampled_from(ELEMENTS), st.sampled_from(["statement", "label", "a", ""]), st.lists(inner, max_size=4)
    ),
    max_leaves=15,
)


def written(tree: object) -> str:
    if isinstance(tree, str):
        return tree.replace("&", "&amp;").replace("<", "&lt;")
    name, word, inner = tree
    return f'<{name} id="{word}" name="{word}" value="{word}">{"".join(map(written, inner))}</{name}>'


@patient
@given(st.lists(TREE, max_size=4))
def test_any_markup_never_surprises(trees):
    survives(oscal_catalog_xml, f'<catalog xmlns="{NAMESPACE}">{"".join(map(written, trees))}</catalog>'.encode())
