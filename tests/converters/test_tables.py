"""Tables of notes: each row by itself, named by its id, and what is wrong with one costs that one."""

from __future__ import annotations

import builtins
import csv
import io
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from bioassist.documents import TextSource
from bioassist.errors import InputError, UsageError
from converters.formats import convert
from converters.jsonl import JsonLinesFormat
from converters.report import Report
from converters.tables import Table, TableFormat, decoded, file_of, notes, rows

NOTES = [
    ("v1", 'Denies chest pain,\r\nno "fever"; 39°.'),
    ("v2", "Rx amoxicillin\t5mg/kg"),
    ("ward/v3", "𝔸 cough\u2028for 3/7\x85"),
]


def as_csv(table: list[tuple[Any, Any]], delimiter: str = ",") -> bytes:
    made = io.StringIO(newline="")
    csv.writer(made, delimiter=delimiter).writerows([("visit", "report"), *table])
    return made.getvalue().encode()


def as_json_lines(table: list[tuple[Any, Any]]) -> bytes:
    return "".join(json.dumps({"visit": visit, "report": text}) + "\n" for visit, text in table).encode()


def as_parquet(table: list[tuple[Any, Any]]) -> bytes:
    made = io.BytesIO()
    columns = {"visit": [visit for visit, _ in table], "other": [1] * len(table), "report": [text for _, text in table]}
    parquet.write_table(pyarrow.table(columns), made, row_group_size=2)
    return made.getvalue()


WRITERS: dict[str, Callable[[list[tuple[Any, Any]]], bytes]] = {
    "x.csv": as_csv,
    "x.CSV": lambda table: as_csv(table, ";"),
    "x.tsv": lambda table: as_csv(table, "\t"),
    "x.jsonl": as_json_lines,
    "x.json": lambda table: json.dumps([{"visit": visit, "report": text} for visit, text in table], indent=1).encode(),
    "x.parquet": as_parquet,
}


def laid(folder: Path, name: str, data: bytes, **more: Any) -> Table:
    (folder / name).write_bytes(data)
    return Table(folder / name, "report", **{"id_column": "visit", **more})


def read(table: Table) -> list[tuple[str | None, str]]:
    return [(row.name, row.fault or decoded(row, "x").text) for row in rows(table)]


@pytest.mark.parametrize("name", WRITERS)
def test_each_row_is_a_note(tmp_path: Path, name: str) -> None:
    table = laid(tmp_path, name, WRITERS[name](NOTES))
    assert read(table) == NOTES
    assert read(Table(table.path, "report")) == [(str(place), text) for place, (_, text) in enumerate(NOTES, 1)]


cells = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from('",;|\t\n\r'), max_size=30)


@settings(deadline=None, max_examples=80)
@given(
    st.lists(cells.filter(lambda text: bool(text.strip())), min_size=1, max_size=6), st.sampled_from(sorted(WRITERS))
)
def test_any_text_comes_as_it_is(texts: list[str], name: str) -> None:
    with TemporaryDirectory() as folder:
        table = laid(Path(folder), name, WRITERS[name]([(f"n{place}", text) for place, text in enumerate(texts)]))
        found = [(row.name, row.text.decode()) for row in rows(table)]
    assert found == [(f"n{place}", text) for place, text in enumerate(texts)]


def test_where_a_note_lay(tmp_path: Path) -> None:
    table = laid(tmp_path, "x.csv", as_csv(NOTES))
    report = Report()
    first, second, _ = notes(table, report)
    # The first note has two lines, and the first line the names of the columns.
    assert first.source == TextSource(f"{table.path}:2", newline="crlf")
    assert second.source == TextSource(f"{table.path}:4", newline="none")
    assert [file_of(f"a/{name}:12") for name in ("x.csv", "x.Parquet", "x.txt")] == [
        "a/x.csv",
        "a/x.Parquet",
        "a/x.txt:12",
    ]
    assert report.findings == []


@pytest.mark.parametrize(
    ("name", "data", "said", "line"),
    [
        ("x.csv", as_csv([*NOTES[:1], ("v9", ""), *NOTES[1:]]), "its 'report' is empty.", 4),
        ("x.csv", as_csv([*NOTES[:1], (" ", "a note"), *NOTES[1:]]), "its 'visit' is empty; it was left out.", 4),
        ("x.csv", as_csv([*NOTES[:1], ("v1", "a note"), *NOTES[1:]]), "the id 'v1' is there already", 4),
        ("x.csv", as_csv([*NOTES[:1], ("v9", "a", "b"), *NOTES[1:]]), "it has 3 cells, and the first row 2.", 4),  # type: ignore[list-item]
        ("x.csv", as_csv(NOTES[:1]) + b"v9,temp\xe9rature\r\n" + as_csv(NOTES[1:])[14:], "looks like latin-1", 4),
        ("x.csv", as_csv(NOTES[:1]) + b'v9,"no" fever\r\n' + as_csv(NOTES[1:])[14:], "not CSV", 4),
        ("x.csv", as_csv(NOTES) + b'v9,"no fever\r\n', "not CSV: unexpected end of data", 6),
        ("x.jsonl", as_json_lines(NOTES) + b"{\n", "not JSON", 4),
        ("x.jsonl", b"5\n" + as_json_lines(NOTES), "not an object", 1),
        ("x.jsonl", as_json_lines(NOTES) + b'{"visit": "v9", "a": "b"}\n', "no 'report'; its keys: 'visit', 'a'", 4),
        ("x.jsonl", as_json_lines(NOTES) + b'{"visit": "v9", "report": 5}\n', "is no text", 4),
        ("x.jsonl", as_json_lines(NOTES) + b'{"visit": "v9", "report": "\\ud800"}\n', "lone surrogate", 4),
        ("x.jsonl", as_json_lines(NOTES) + b'{"visit": true, "report": "a"}\n', "neither a text nor a whole number", 4),
        ("x.jsonl", as_json_lines(NOTES) + b'{"visit": "\\ud800", "report": "a"}\n', "'visit' is not UTF-8", 4),
        ("x.parquet", as_parquet([*NOTES, ("v9", None)]), "its 'report' is empty.", 4),
        ("x.parquet", as_parquet([*NOTES, (None, "a note")]), "its 'visit' is empty", 4),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_costs_that_row(tmp_path: Path, name: str, data: bytes, said: str, line: int) -> None:
    report = Report()
    found = list(notes(laid(tmp_path, name, data), report))
    assert [(document.name, document.text) for document in found] == NOTES
    (finding,) = report.findings
    assert said in finding.message and finding.kind == "loss"
    assert finding.where == f"{tmp_path / name}:{line}"


def test_another_encoding(tmp_path: Path) -> None:
    data = as_csv([("é1", "température 39°")]).decode().encode("cp1252")
    table = laid(tmp_path, "x.csv", data, encoding="cp1252")
    (document,) = notes(table, Report())
    assert (document.name, document.text) == ("é1", "température 39°")
    assert document.source is not None and document.source.encoding == "cp1252"
    with pytest.raises(InputError, match="UTF-16"):
        read(laid(tmp_path, "x.csv", as_csv(NOTES), encoding="utf-16"))


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    assert read(laid(tmp_path, "x.csv", b"\xef\xbb\xbf" + as_csv(NOTES))) == NOTES


def test_numbers_as_ids(tmp_path: Path) -> None:
    table = laid(tmp_path, "x.parquet", as_parquet([(17.0, "a"), (float("nan"), "b"), (18.0, "c"), (18.5, "d")]))
    assert [row.name for row in rows(table)] == ["17", None, "18", None]


def test_text_of_a_parquet_file_that_is_not_utf8(tmp_path: Path) -> None:
    column = pyarrow.array([b"temp\xe9rature", b"fever"]).cast(pyarrow.binary()).view(pyarrow.utf8())
    made = io.BytesIO()
    parquet.write_table(pyarrow.table({"visit": ["a", "b"], "report": column}), made)
    report = Report()
    assert [document.name for document in notes(laid(tmp_path, "x.parquet", made.getvalue()), report)] == ["b"]
    assert "latin-1" in report.findings[0].message


@pytest.mark.parametrize("name", [name for name in WRITERS if not name.startswith("x.json")])
def test_a_column_that_is_not_there(tmp_path: Path, name: str) -> None:
    for more in ({"id_column": "encounter"}, {"text_column": "encounter"}):
        table = laid(tmp_path, name, WRITERS[name](NOTES))
        with pytest.raises(InputError, match=r"no column 'encounter'.*'visit'.*'report'"):
            read(Table(**{"path": table.path, "text_column": "report", "id_column": "visit", **more}))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("x.csv", b"", "no column"),
        ("x.csv", b"visit,report,report\r\n1,a,b\r\n", "several columns"),
        ("x.csv", b'visit,"report\r\n', "first row cannot be read"),
        ("x.parquet", b"PAR1", "not parquet"),
        ("x.parquet", as_parquet(NOTES)[:-20], "not parquet"),
    ],
)
def test_a_table_that_cannot_be_read(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said) as raised:
        read(laid(tmp_path, name, data))
    assert str(raised.value.where).startswith(str(tmp_path / name))


def test_no_such_file(tmp_path: Path) -> None:
    for name in WRITERS:
        with pytest.raises(InputError, match="cannot be read"):
            read(Table(tmp_path / name, "report"))


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = laid(tmp_path, "x.parquet", as_parquet(NOTES))
    there = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ModuleNotFoundError(name=name)
        return there(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"needs pyarrow.*bioassist\[parquet\]"):
        read(table)


@pytest.mark.parametrize("name", ["x.csv", "x.jsonl", "x.parquet"])
def test_memory_does_not_grow_with_the_table(tmp_path: Path, name: str) -> None:
    table = laid(
        tmp_path, name, WRITERS[name]([(f"n{number}", f"{number} " + "fever " * 800) for number in range(3000)])
    )
    read(laid(tmp_path, f"warm-{name}", WRITERS[name](NOTES)))
    tracemalloc.start()
    try:
        assert sum(len(row.text) for row in rows(table)) > 14_000_000
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_converted(tmp_path: Path) -> None:
    table = laid(tmp_path, "x.csv", as_csv([*NOTES, ("v9", " ")]))
    report = convert(table.path, tmp_path / "out.jsonl", TableFormat("report", "visit"), JsonLinesFormat())
    assert (report.documents, [finding.code for finding in report.findings]) == (3, ["no note"])
    assert [(one.name, one.text) for one in JsonLinesFormat().read(tmp_path / "out.jsonl")] == NOTES
