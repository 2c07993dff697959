"""Reports for people."""

from __future__ import annotations

from converters.report import Finding, Report


def test_lines() -> None:
    report = Report(documents=1234, annotations=1, fragments_split=1, offsets_mapped=2)
    report.withhold("documents not done", 3)
    report.withhold("suggestions pending", 0)
    report.add(Finding("a", "counting", "its offsets count each character.", file="a.txt"))
    report.add(Finding("a", "snapped", "T1 grew.", 12, kind="change"))
    for line in range(1, 8):
        report.add(Finding("b", "unknown line", "says nothing.", file="b.ann", line=line, kind="loss"))
    assert list(report.lines(2)) == [
        "1,234 documents, 1 annotation.",
        "1 entity split into fragments at line ends or tabs.",
        "2 documents with changed line ends; an offset map lies beside each.",
        "withheld: 3 documents not done.",
        "loss: unknown line, 7 times",
        "  b.ann:1: says nothing.",
        "  b.ann:2: says nothing.",
        "  ... and 5 more",
        "change: snapped",
        "  a, offset 12: T1 grew.",
        "remark: counting",
        "  a.txt: its offsets count each character.",
    ]
    assert len(list(report.lines(None))) == 16


def test_reports_add_up() -> None:
    one, other = Report(1, 2, 3, 4), Report(10, 20, 30, 40)
    one.withhold("documents not done", 1)
    other.withhold("documents not done", 2)
    other.add(Finding("", "split", "8 for training."))
    one.merge(other)
    assert (one.documents, one.annotations, one.fragments_split, one.offsets_mapped) == (11, 22, 33, 44)
    assert one.withheld == {"documents not done": 3}
    assert one.lossless
    one.add(Finding("a", "left out", "gone", kind="loss"))
    assert not one.lossless
    assert (one.count("loss"), one.count("change"), one.count("remark")) == (1, 0, 1)
