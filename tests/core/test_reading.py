from __future__ import annotations

import pytest

from bioassist.errors import InputError, UsageError
from bioassist.reading import decode


def test_text_is_never_altered() -> None:
    text = "a\r\nb\rc\u2028d\u0085e\xa0f\tg\x1b[31m e\u0301 😀"
    decoded = decode(text.encode(), "n.txt")
    assert decoded.text == text
    assert decoded.source.newline == "mixed"


def test_a_byte_order_mark_is_taken_off_and_recorded() -> None:
    decoded = decode(b"\xef\xbb\xbfFever\r\n", "n.txt")
    assert (decoded.text, decoded.source.bom, decoded.source.newline) == ("Fever\r\n", True, "crlf")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\t ", "only white space"),
        ("Fever and chills".encode("utf-16"), "looks like UTF-16"),
        ("Fever and chills".encode("utf-16-le"), "looks like UTF-16-LE"),
        ("Fever and chills".encode("utf-16-be"), "looks like UTF-16-BE"),
        ("Crème à la température élevée".encode("latin-1"), "looks like latin-1"),
        ("fever “high” – today".encode("cp1252"), "looks like cp1252"),
        ("Température élevée, µg".encode() + b"\xff ok", "broken UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 20, "binary"),
        (bytes(range(1, 32)) * 50, "binary"),
    ],
)
def test_what_is_no_utf8_note_says_what_it_looks_like(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as error:
        decode(data, "ward/n.txt")
    assert error.value.where == "ward/n.txt"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "utf-16-le"])
def test_a_named_encoding_is_used(encoding: str) -> None:
    assert decode("Température élevée".encode(encoding), "n.txt", encoding).text == "Température élevée"


def test_a_wrong_or_unknown_encoding_is_refused() -> None:
    with pytest.raises(InputError, match="not ascii"):
        decode("é".encode(), "n.txt", "ascii")
    with pytest.raises(UsageError, match="no encoding called"):
        decode(b"x", "n.txt", "klingon")
