import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.formats.samples import lazy, source

from garrison.formats import safejson
from garrison.formats.facts import Refusal
from garrison.formats.source import Damaged


class Row(msgspec.Struct):
    name: str
    size: int = 0


ANY = msgspec.json.Decoder()
TABLE = msgspec.json.Decoder(dict[str, list[msgspec.Raw]])
ROW = msgspec.json.Decoder(Row)


def refusal(content: bytes, decoder: msgspec.json.Decoder = ANY, **limits: int) -> Damaged:
    with pytest.raises(Damaged) as caught:
        safejson.decode(source(content, **limits), decoder)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_encoding_is_read(encoding):
    content = '{"name": "é€𝄞"}'.encode(encoding)
    assert safejson.decode(source(content), ANY) == {"name": "é€𝄞"}
    assert safejson.opening(source(content)).keys == {"name"}


def test_a_mark_of_the_other_byte_order():
    assert safejson.encoding_of(b"\xfe\xff\x00{") == "utf-16"
    assert safejson.encoding_of(b"\x00\x00\xfe\xff") == "utf-32"


@pytest.mark.parametrize(
    ("content", "words", "row"),
    [
        (b"", "too early", 1),
        (b'{"a":\n1', "too early", 2),
        (b'{"a"\n:x}', "Line 2: this is not JSON", 2),
        (b"[1]\n\n x", "trailing", 3),
        (b'{"a":\n"\xff"}', "offset 7 is not UTF-8", 2),
        ('{"a": 1}'.encode("utf-16")[:-1], "not UTF-16", 1),
        (b'"\xed\xa0\x80"', "not UTF-8", 1),
        (b"[NaN]", "not JSON", 1),
        (b"[" * 100_000, "too deep", 0),
        (b'{"a":' * 100_000, "too deep", 0),
    ],
)
def test_broken_documents_are_refused_with_their_line(content, words, row):
    caught = refusal(content)
    assert words in caught.reason
    assert caught.row == row


def test_bytes_that_are_no_text_far_into_the_file():
    content = b'"' + "é".encode() * 700_000 + b"\n\n\xc3" + b'"'
    caught = refusal(content)
    assert (caught.row, "offset 1,400,003" in caught.reason) == (3, True)


def test_another_shape_names_the_place():
    assert refusal(b'{"rows": 1}', TABLE).field == "[...]"
    assert "the top" in refusal(b"[]", TABLE).reason


def test_too_large_is_refused_before_it_is_read():
    assert "larger than the limit of 10 bytes" in refusal(b" " * 20, json_bytes=10).reason


def test_a_hundred_megabytes_on_one_line():
    def pieces():
        yield b'{"a": "'
        for _ in range(1600):
            yield b"x" * 65536
        yield b'"}'

    began = time.process_time()
    assert len(safejson.decode(lazy(pieces), ANY)["a"]) == 1600 * 65536
    with pytest.raises(Damaged, match="larger"):
        safejson.decode(lazy(pieces, json_bytes=1024 * 1024), ANY)
    assert time.process_time() - began < 10


def test_rows_are_refused_one_by_one():
    rows = [b'{"name": "a"}', b'{"name": 1}', b"{}", b'{"name": "b", "size": 2}', b"1", b'{"x": ' + b"[" * 9999]
    taken = list(safejson.each([msgspec.Raw(row) for row in rows], ROW, first=5))
    assert taken[0] == (5, Row("a"))
    assert taken[1] == Refusal(row=6, field="name", reason="Expected `str`, got `int`.")
    assert taken[2] == Refusal(row=7, reason="Object missing required field `name`.")
    assert taken[3] == (8, Row("b", 2))
    assert isinstance(taken[4], Refusal)
    assert "too deep" in taken[5].reason


def test_an_opening_tells_keys_values_and_what_is_inside():
    seen = safejson.opening(
        source('{"k": ["x", {"b": 1, "c": {"d": 1}}, {"e": 2}], "v": "w", "o": {"p": null}, "n": 3}')
    )
    assert seen.keys == {"k", "v", "o", "n"}
    assert seen.values == {"v": "w", "n": "3"}
    assert seen.within("o") == {"p"}
    assert seen.within("nothing") == frozenset()
    listed = safejson.opening(source('[{"x": 1, "y": [{"z": "}"}]}, {"q": {"r": 1}}]'))
    assert listed.array
    assert listed.keys == {"x", "y"}
    assert listed.within("y") == {"z"}


@pytest.mark.parametrize("content", ["{:", '{::"a"', '{"a" "b"', '{"a": "b" "c"}', "[]]", '{"a": [[1], {"b": 2}]}'])
def test_odd_openings(content):
    assert safejson.opening(source(content)) is not None


@pytest.mark.parametrize("content", [b"", b"<a/>", b"plain", b'"text"', b"12"])
def test_no_opening(content):
    assert safejson.opening(source(content)) is None


@given(st.text(alphabet='{}[]:,"ab1\\ \n', max_size=60))
def test_an_opening_never_fails(text):
    safejson.opening(source(text))


@given(st.binary(max_size=80))
def test_decoding_gives_a_value_or_damaged(content):
    try:
        safejson.decode(source(content), ANY)
    except Damaged as caught:
        reason = caught.reason
    else:
        reason = "none"
    assert reason
