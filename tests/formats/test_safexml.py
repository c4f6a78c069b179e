import time

import pytest
from tests.formats.samples import lazy, source

from garrison.formats import safexml
from garrison.formats.source import Damaged

NS = '<r:list xmlns:r="urn:one" v="1"><r:row a="1"> x </r:row><r:group><r:row><r:row/></r:row></r:group></r:list>'


def steps(content: bytes | str, **limits: int) -> list[tuple[str, str, int]]:
    nodes = safexml.walk(source(content, **limits), whole=("row",), enter=("list", "group"))
    return [(node.event, node.name, node.row) for node in nodes]


def refusal(content: bytes | str, **limits: int) -> Damaged:
    with pytest.raises(Damaged) as caught:
        steps(content, **limits)
    return caught.value


def test_elements_come_in_order_whatever_their_namespace():
    assert steps(NS) == [
        ("enter", "list", 1),
        ("whole", "row", 1),
        ("enter", "group", 1),
        ("whole", "row", 2),
        ("leave", "group", 1),
        ("leave", "list", 1),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf<list/>",
        b'  \n<?xml version="1.0"?>\n<!-- a comment --><!DOCTYPE list><list/>',
        '<?xml version="1.0" encoding="utf-16"?><list/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="windows-1252"?><list a="\xe9"/>',
        b"<!DOCTYPE list [<!ELEMENT list ANY><!ATTLIST list a CDATA #IMPLIED>]><list/>",
        b" " * 70_000 + b"<list/>",
    ],
)
def test_ordinary_prologs_are_read(content):
    assert steps(content) == [("enter", "list", 1), ("leave", "list", 1)]
    assert safexml.root(source(content)).name == "list"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no element"),
        (b"plain text", "syntax error"),
        (b"<list><row></list>", "mismatched"),
        (b"<list><row>", "no element"),
        (b"<list/>more", "junk"),
        (b"<list>\xff</list>", "invalid token"),
        (b"<list>&x;</list>", "undefined entity"),
        (b'<!DOCTYPE a SYSTEM "f:///etc/passwd"><list>&x;</list>', "refers to another file"),
        (b'<!DOCTYPE list PUBLIC "-//A" "http://a/list.dtd"><list/>', "refers to another file"),
        (b'<!DOCTYPE list [<!ENTITY x "y">]><list>&x;</list>', "declares entities"),
        (b'<!DOCTYPE list [<!ENTITY x SYSTEM "file:///etc/passwd">]><list>&x;</list>', "declares entities"),
        (b'<!DOCTYPE list [<!ENTITY % x SYSTEM "http://a/b">%x;]><list/>', "declares entities"),
        (b'<!DOCTYPE list [<!ATTLIST list a CDATA "long">]><list/>', "declares entities"),
        (b'<?xml version="1.0" encoding="gbk"?><list/>', "'gbk' is not supported"),
        (b'<?xml version="1.0" encoding="unicode_escape"?><list/>', "not supported"),
    ],
)
def test_broken_and_hostile_documents_are_refused(content, words):
    assert words in refusal(content).reason


def test_a_line_is_named_even_after_leading_space():
    assert refusal(b"\n\n<list>\n<row></list>").row == 4
    assert refusal(b"\n\nplain").row == 3


def test_a_billion_laughs_are_not_laughed():
    bomb = b'<!DOCTYPE row [<!ENTITY a "ha">' + b"".join(
        f'<!ENTITY {"abcdefghijk"[n + 1]} "{("&" + "abcdefghijk"[n] + ";") * 10}">'.encode() for n in range(9)
    )
    began = time.process_time()
    assert "declares entities" in refusal(bomb + b"]><row>&j;</row>").reason
    assert time.process_time() - began < 1
    assert safexml.root(source(bomb + b"]><row>&j;</row>")) == safexml.Root("row")


def test_limits():
    assert "deeper" in refusal("<row>" * 300).reason
    assert steps("<a>" * 199 + "<row/>" + "</a>" * 199) == [("whole", "row", 1)]
    assert "larger" in refusal("<list>" + " " * 3000 + "</list>", file_bytes=2000).reason


def test_too_many_elements_in_one(monkeypatch):
    monkeypatch.setattr(safexml, "NODES", 10)
    assert steps("<list>" + "<row><a/></row>" * 20 + "</list>")[-2] == ("whole", "row", 20)
    assert "more than 10 elements" in refusal("<row>" + "<a/>" * 11 + "</row>").reason


@pytest.mark.parametrize("opening", [b"<list>", b"<list a='", b"<list><!--", b"<list><![CDATA["])
def test_a_hundred_megabytes_on_one_line_are_refused_early(opening):
    def pieces():
        yield opening
        for _ in range(1600):
            yield b"x" * 65536

    began = time.process_time()
    with pytest.raises(Damaged):
        list(safexml.walk(lazy(pieces), whole=("row",)))
    assert time.process_time() - began < 10


def test_a_long_document_leaves_nothing_behind():
    def pieces():
        yield b"<list>"
        for _ in range(20_000):
            yield b"<row><a>text</a></row><other><b/></other>"
        yield b"</list>"

    held = [node.element for node in safexml.walk(lazy(pieces), whole=("row",), enter=("list",))]
    assert len(held) == 20_002
    assert all(len(element) == 0 for element in held)


def test_an_endless_prolog_is_refused():
    with pytest.raises(Damaged, match="no element in the first"):
        list(safexml.walk(source(b"<!--" + b"x" * 1_200_000 + b"--><row/>"), whole=("row",)))


@pytest.mark.parametrize("content", [b"", b"{}", b"<", b"<a", b"\x00\x01", b"<!DOCTYPE", b"\xff\xfe<"])
def test_no_root_is_no_error(content):
    assert safexml.root(source(content)) is None


def test_a_root_is_known_by_its_namespace_and_attributes():
    root = safexml.root(source(NS))
    assert (root.name, root.namespace, root.attributes) == ("list", "urn:one", {"v": "1"})


def test_elements_are_looked_into_by_local_names():
    row = next(iter(safexml.walk(source(NS), whole=("list",)))).element
    assert safexml.text(row, "row") == "x"
    assert safexml.text(row, "group", "nothing", "row") == ""
    assert len(safexml.children(row, "group")) == 1
    assert safexml.child(row, "nothing") is None
    assert safexml.attribute(row, "v") == "1"
    assert safexml.attribute(None, "v") == ""
    row.set("{urn:two}w", " 2 ")
    assert safexml.attribute(row, "w") == "2"
    assert safexml.attribute(row, "z") == ""
