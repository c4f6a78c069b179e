"""OSCAL in YAML says what it says in JSON, and every reader keeps the document whole."""

import zlib

import pytest
from tests.formats.oscal_sample import CATALOGUE, PROFILE
from tests.kit.plain import facts, plain, read, survives

from garrison.formats import (
    oscal_catalog_json,
    oscal_catalog_xml,
    oscal_catalog_yaml,
    oscal_profile_json,
    oscal_profile_yaml,
)
from garrison.formats.catalogue import recognise
from garrison.formats.facts import DocumentFact
from garrison.formats.oscal import exchange
from garrison.formats.source import Damaged

PAIRS = [
    (oscal_catalog_json, oscal_catalog_yaml, CATALOGUE),
    (oscal_profile_json, oscal_profile_yaml, PROFILE),
]


def as_yaml(content):
    return exchange.write(*exchange.read(plain(content)), "yaml")


@pytest.mark.parametrize(("in_json", "in_yaml", "content"), PAIRS, ids=["catalogue", "profile"])
def test_yaml_says_what_json_says(in_json, in_yaml, content):
    told = as_yaml(content)
    assert recognise(plain(told)) is in_yaml
    assert facts(read(in_yaml, told)) == facts(read(in_json, content))


@pytest.mark.parametrize(
    ("reader", "syntax"), [(oscal_catalog_json, "json"), (oscal_catalog_xml, "xml"), (oscal_catalog_yaml, "yaml")]
)
def test_the_document_is_kept_as_it_came(reader, syntax):
    content = exchange.write(*exchange.read(plain(CATALOGUE)), syntax)
    [document] = [each for each in read(reader, content) if isinstance(each, DocumentFact)]
    assert document.syntax == syntax
    assert zlib.decompress(document.packed) == content


@pytest.mark.parametrize("reader", [oscal_catalog_yaml, oscal_profile_yaml])
@pytest.mark.parametrize(
    "content",
    [b"", b"\x00\xff", b"catalog:\n  metadata: [", b"catalog:\n  metadata:\n    title: !!python/object:os.system x\n"],
)
def test_bad_yaml_is_damaged_and_nothing_worse(reader, content):
    survives(reader, content)


def test_other_yaml_is_not_taken_for_oscal():
    assert recognise(plain("catalog:\n  - shoes\n")) is None
    with pytest.raises(Damaged, match=r"metadata|catalog"):
        read(oscal_catalog_yaml, "catalog:\n  groups: 5\n")
