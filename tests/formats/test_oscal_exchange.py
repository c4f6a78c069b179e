"""OSCAL documents between JSON, XML and YAML, and profiles resolved, against the publisher's own results."""

import gzip
import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kit.corpus_table import folder

from garrison.formats.oscal import exchange, markdown
from garrison.formats.oscal.resolution import resolve
from garrison.formats.oscal.tailoring import controls
from garrison.formats.source import Damaged, Source

OSCAL = folder() / "oscal"
AT = "2026-01-01T00:00:00Z"


def corpus(test):
    """A test over the corpus: marked, and skipped where there is none."""
    needed = pytest.mark.skipif(not OSCAL.is_dir(), reason="no corpus: set GARRISON_CORPUS to its folder")
    return pytest.mark.corpus(needed(test))


def source(content):
    content = content.encode() if isinstance(content, str) else content
    return Source("x", content[:65536], lambda: BytesIO(content))


def content_of(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def document(name):
    return exchange.read(source(content_of(OSCAL / name)))


def squeezed(value):
    """A value with white space as OSCAL reads it: runs are one blank."""
    if isinstance(value, dict):
        return {key: squeezed(each) for key, each in value.items()}
    if isinstance(value, list):
        return [squeezed(each) for each in value]
    return re.sub(r"\s+", " ", value).strip() if isinstance(value, str) else value


def xml_tree(content):
    """An XML document as names, attributes, squeezed text and children, comments and namespaces apart."""

    def told(element):
        pieces = [element.text or ""]
        children = []
        for each in element:
            if isinstance(each.tag, str):
                children.append(told(each))
            pieces.append(each.tail or "")
        attributes = sorted((k, v) for k, v in element.attrib.items() if not k.startswith("{"))
        return (element.tag.rpartition("}")[2], attributes, squeezed("".join(pieces)), children)

    return told(ElementTree.fromstring(content))


def documents():
    return sorted(path for path in OSCAL.rglob("*.*") if path.is_file())


@corpus
@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
@pytest.mark.parametrize("syntax", ["json", "yaml"])
def test_every_document_comes_back_from_json_and_yaml_as_it_was(path, syntax):
    model, value = exchange.read(source(content_of(path)))
    assert exchange.read(source(exchange.write(model, value, syntax))) == (model, value)


@corpus
@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_catalogue_and_profile_comes_back_from_xml(path):
    model, value = exchange.read(source(content_of(path)))
    if model not in exchange.IN_XML:
        with pytest.raises(Damaged, match="JSON or YAML"):
            exchange.write(model, value, "xml")
        return
    written = exchange.write(model, value, "xml")
    again = exchange.read(source(written))
    assert again[0] == model
    assert squeezed(again[1]) == squeezed(value)


@corpus
@pytest.mark.parametrize("name", ["NIST_CSF_v2.0_catalog.xml", "NIST_SP800-171_rev3_catalog.xml.gz"])
def test_the_publishers_xml_comes_back_element_by_element(name):
    original = content_of(OSCAL / name)
    model, value = exchange.read(source(original))
    assert xml_tree(exchange.write(model, value, "xml")) == xml_tree(original)


def tree(catalogue):
    found = [(group["id"], tree(group)) for group in catalogue.get("groups", [])]
    return found + [(control["id"], tree(control)) for control in catalogue.get("controls", [])]


@corpus
@pytest.mark.parametrize(
    ("baseline", "named", "resolved"),
    [("LOW", 149, 149), ("MODERATE", 287, 287), ("HIGH", 370, 370), ("PRIVACY", 96, 102)],
)
def test_a_baseline_resolves_to_the_tree_that_its_publisher_resolved(baseline, named, resolved):
    _, profile = document(f"NIST_SP-800-53_rev5_{baseline}-baseline_profile.json")
    _, expected = document(f"NIST_SP-800-53_rev5_{baseline}-baseline-resolved-profile_catalog-min.json.gz")
    full = document("800-53r5_full_groups.json.gz")
    found = resolve(profile, lambda _address: full, last_modified=AT)
    assert len(found.named) == named
    assert len(list(controls(found.catalog))) == resolved
    assert found.missing == ()
    assert tree(found.catalog) == tree(expected)


@corpus
@pytest.mark.parametrize("baseline", ["LOW", "MODERATE", "HIGH"])
def test_a_resolved_baseline_holds_what_its_publisher_wrote(baseline):
    """Resolved from the largest baseline's catalogue, which holds the others: every word and resource agrees."""
    _, profile = document(f"NIST_SP-800-53_rev5_{baseline}-baseline_profile.json")
    _, expected = document(f"NIST_SP-800-53_rev5_{baseline}-baseline-resolved-profile_catalog-min.json.gz")
    high = document("NIST_SP-800-53_rev5_HIGH-baseline-resolved-profile_catalog-min.json.gz")
    found = resolve(profile, lambda _address: high, last_modified=AT).catalog
    assert found["groups"] == expected["groups"]
    resources = {each["uuid"]: each for each in found["back-matter"]["resources"]}
    assert resources == {each["uuid"]: each for each in expected["back-matter"]["resources"]}


# --- profiles of our own ---

CATALOG = {
    "uuid": "c1",
    "metadata": {"title": "Doors"},
    "params": [{"id": "used"}, {"id": "unused"}],
    "groups": [
        {
            "id": "d",
            "title": "Doors",
            "controls": [
                {
                    "id": "d-1",
                    "title": "Lock",
                    "params": [{"id": "d-1_p", "select": {"choice": ["a", "b"]}}],
                    "props": [{"name": "label", "value": "D-1"}, {"name": "old", "ns": "x", "value": "1"}],
                    "parts": [{"id": "d-1_smt", "name": "statement", "prose": "Lock for {{ insert: param, used }}."}],
                    "controls": [{"id": "d-1.1", "title": "Strong lock"}, {"id": "d-1.2", "title": "Two locks"}],
                },
                {"id": "d-2", "title": "Hinge", "links": [{"href": "#00000000-0000-0000-0000-000000000001"}]},
            ],
        },
        {"id": "w", "title": "Windows", "controls": [{"id": "w-1", "title": "Pane"}]},
    ],
    "back-matter": {
        "resources": [
            {"uuid": "00000000-0000-0000-0000-000000000001", "title": "kept"},
            {"uuid": "00000000-0000-0000-0000-000000000002", "title": "dropped"},
        ]
    },
}


def resolved(profile, catalog=CATALOG):
    return resolve(
        {"uuid": "p1", "metadata": {"title": "P"}} | profile, lambda _a: ("catalog", catalog), last_modified=AT
    )


def codes(found):
    return [control["id"] for control, _ in controls(found.catalog)]


def test_selection_by_id_pattern_and_children_less_what_is_excluded():
    found = resolved(
        {
            "imports": [
                {
                    "href": "c",
                    "include-controls": [
                        {"with-ids": ["d-1", "gone"], "with-child-controls": "yes"},
                        {"matching": [{"pattern": "w-*"}]},
                    ],
                    "exclude-controls": [{"with-ids": ["d-1.2"]}],
                }
            ],
            "merge": {"as-is": True},
        }
    )
    assert codes(found) == ["d-1", "d-1.1", "w-1"]
    assert found.missing == ("gone",)


def test_a_profile_that_names_nothing_takes_everything():
    assert codes(resolved({"imports": [{"href": "c"}]})) == ["d-1", "d-1.1", "d-1.2", "d-2", "w-1"]
    assert "groups" not in resolved({"imports": [{"href": "c", "include-all": {}}]}).catalog, "flat without a merge"


def test_what_is_left_refers_to_is_kept():
    kept = resolved({"imports": [{"href": "c", "include-controls": [{"with-ids": ["d-2"]}]}]}).catalog
    assert [each["title"] for each in kept["back-matter"]["resources"]] == ["kept"]
    whole = resolved({"imports": [{"href": "c"}], "merge": {"as-is": True}}).catalog
    assert whole["params"] == [{"id": "used"}]


def test_a_control_that_two_imports_select_is_kept_once_where_the_first_counts():
    twice = {"imports": [{"href": "c"}, {"href": "c", "include-controls": [{"with-ids": ["w-1"]}]}]}
    assert codes(resolved(twice)).count("w-1") == 2
    assert codes(resolved(twice | {"merge": {"combine": {"method": "use-first"}}})).count("w-1") == 1
    with pytest.raises(Damaged, match="combined"):
        resolved(twice | {"merge": {"combine": {"method": "shuffle"}}})


def test_an_arrangement_of_ones_own():
    found = resolved(
        {
            "imports": [{"href": "c"}],
            "merge": {
                "custom": {
                    "groups": [
                        {
                            "id": "mine",
                            "title": "Mine",
                            "insert-controls": [
                                {"order": "descending", "include-controls": [{"matching": [{"pattern": "d-1.?"}]}]}
                            ],
                        }
                    ],
                    "insert-controls": [{"include-controls": [{"with-ids": ["w-1"]}]}],
                }
            },
        }
    )
    assert codes(found) == ["d-1.2", "d-1.1", "w-1"]
    assert found.catalog["groups"][0]["title"] == "Mine"


def test_parameters_are_set_and_controls_altered():
    found = resolved(
        {
            "imports": [{"href": "c", "include-controls": [{"with-ids": ["d-1"]}]}],
            "merge": {"as-is": True},
            "modify": {
                "set-parameters": [{"param-id": "d-1_p", "values": ["a"]}, {"param-id": "none", "values": ["x"]}],
                "alters": [
                    {
                        "control-id": "d-1",
                        "removes": [{"by-name": "old", "by-item-name": "prop", "by-ns": "x"}],
                        "adds": [
                            {"position": "starting", "props": [{"name": "first", "value": "1"}]},
                            {"position": "after", "by-id": "d-1_smt", "parts": [{"id": "d-1_gdn", "name": "guidance"}]},
                            {"by-id": "d-1_smt", "parts": [{"id": "d-1_smt.a", "name": "item"}]},
                            {"by-id": "nowhere", "parts": []},
                        ],
                    },
                    {"control-id": "w-1"},
                ],
            },
        }
    )
    control = found.catalog["groups"][0]["controls"][0]
    assert control["params"] == [{"id": "d-1_p", "values": ["a"]}]
    assert [prop["name"] for prop in control["props"]] == ["first", "label"]
    assert [part["id"] for part in control["parts"]] == ["d-1_smt", "d-1_gdn"]
    assert control["parts"][0]["parts"] == [{"id": "d-1_smt.a", "name": "item"}]
    assert found.notes == (
        "parameter none is set and is not in the catalogue",
        "control d-1 has no nowhere to add to",
        "control w-1 is altered and is not selected",
    )
    assert CATALOG["groups"][0]["controls"][0]["props"][1]["name"] == "old", "the source stays as it was"


def test_profiles_behind_profiles_and_circles():
    documents = {
        "a": (
            "profile",
            {"imports": [{"href": "b", "include-controls": [{"with-ids": ["d-1"]}]}], "merge": {"as-is": 1}},
        ),
        "b": ("profile", {"imports": [{"href": "c"}], "merge": {"as-is": True}}),
        "c": ("catalog", CATALOG),
        "x": ("profile", {"imports": [{"href": "y"}]}),
        "y": ("profile", {"imports": [{"href": "x"}]}),
    }
    found = resolve(documents["a"][1], documents.__getitem__, last_modified=AT, name="a")
    assert [control["id"] for control, _ in controls(found.catalog)] == ["d-1"]
    with pytest.raises(Damaged, match="circle: x -> y -> x"):
        resolve(documents["x"][1], documents.__getitem__, last_modified=AT, name="x")


def test_an_import_by_a_resource_of_the_back_matter():
    asked = []

    def fetch(address):
        asked.append(address)
        return "catalog", CATALOG

    profile = {
        "imports": [{"href": "#Abc"}],
        "back-matter": {
            "resources": [
                {"uuid": "abc", "rlinks": [{"href": "c.xml"}, {"href": "c.json", "media-type": "application/json"}]}
            ]
        },
    }
    resolve(profile, fetch, last_modified=AT)
    assert asked == ["c.json"]
    with pytest.raises(Damaged, match="back matter"):
        resolve({"imports": [{"href": "#gone"}]}, fetch, last_modified=AT)


@pytest.mark.parametrize(
    "profile",
    [{}, {"imports": []}, {"imports": "all"}, {"imports": [1]}, {"imports": [{"href": "c", "include-controls": 5}]}],
)
def test_a_broken_profile_is_refused(profile):
    with pytest.raises(Damaged):
        resolved(profile)


def test_a_catalogue_whose_control_has_no_identifier_is_refused():
    with pytest.raises(Damaged, match="identifier"):
        resolved({"imports": [{"href": "c"}]}, {"controls": [{"title": "nameless"}]})


# --- prose ---

PROSE = [
    "Plain words.",
    "One *soft* and **loud** and `code` word, ~low~ and ^high^.",
    "See [the *plan*](https://example.org/plan) for {{ insert: param, ac-1_prm_1 }}.",
    "First paragraph.\n\nSecond paragraph.",
    "- one\n- two\n   - inner\n- three",
    "1. first\n1. second",
    "# Heading\n\nText below.",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "```\nraw  text *as is*\n```",
    "> quoted words",
    "An * alone, 5 * 3, and a_b.",
    "\\*not soft* and a back\\\\slash",
    "\\- no list",
]


@pytest.mark.parametrize("text", PROSE)
def test_prose_comes_back_as_it_was(text):
    holder = ElementTree.Element("part")
    holder.extend(markdown.blocks(text, ""))
    assert markdown.blocks_of(list(holder)) == text


@given(st.text(alphabet="ab *`~^\\[](){}|->#1.\n", max_size=60))
def test_prose_is_stable_after_one_turn(text):
    """Any text at all becomes markup without an error, and what came back once comes back the same."""

    def turn(prose):
        holder = ElementTree.Element("part")
        holder.extend(markdown.blocks(prose, ""))
        again = ElementTree.fromstring(ElementTree.tostring(holder))
        return markdown.blocks_of(list(again))

    once = turn(text)
    assert squeezed(turn(once)) == squeezed(once)


# --- hostile and broken documents ---


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no OSCAL document"),
        (b"[]", "not an object"),
        (b'{"catalog": []}', "none of OSCAL's models"),
        (b'{"catalog": {"uuid": ', ""),
        (b"catalog:\n  uuid: [1, 2", "well-formed YAML"),
        (b"catalog: &a\n  uuid: x\n", "no OSCAL document"),
        (b"catalog:\n  uuid: &a x\n  title: *a\n", "anchors"),
        (b"catalog:\n  uuid: \xff\xfe", "UTF-8"),
        (b"catalog:\n  x: " + b"[" * 5000, "nested deeper"),
        (b'{"catalog": ' + b'{"a": ' * 5000 + b"1" + b"}" * 5001, ""),
        (
            b'<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"><metadata/><oddity/></catalog>',
            "holds a <oddity> that OSCAL does not know",
        ),
        (
            b'<catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0" colour="red"><metadata/></catalog>',
            "attribute 'colour'",
        ),
        (b'<!DOCTYPE c [<!ENTITY a "b">]><catalog xmlns="http://csrc.nist.gov/ns/oscal/1.0"/>', ""),
        (b"<component-definition/>", "In XML only"),
    ],
)
def test_broken_documents_are_refused_in_words(content, words):
    with pytest.raises(Damaged) as refusal:
        exchange.read(source(content))
    assert words in refusal.value.reason


def test_what_xml_cannot_hold_is_refused_with_its_place():
    with pytest.raises(Damaged, match=r"catalog.groups\[0\] holds 'colour'"):
        exchange.write("catalog", {"groups": [{"colour": "red"}]}, "xml")
    with pytest.raises(Damaged, match=r"catalog\.controls is not a list"):
        exchange.write("catalog", {"controls": {}}, "xml")
    with pytest.raises(Damaged, match="title is not a text"):
        exchange.write("catalog", {"metadata": {"title": None}}, "xml")


def test_yaml_keeps_texts_that_look_like_dates_numbers_and_truth():
    value = {
        "metadata": {"title": "x", "version": "1.10", "published": "2024-02-13", "last-modified": AT, "remarks": "yes"}
    }
    assert exchange.read(source(exchange.write("catalog", value, "yaml"))) == ("catalog", value)
