"""Rules in a note, and a file of rules that tests itself."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest

from assistant.suggesters import rules
from assistant.suggesters.protocol import Suggester
from assistant.suggesters.specification import parse, read
from bioassist.errors import InputError
from bioassist.schema import loads

SCHEMA = loads("\n".join(f"[[entities]]\nname = '{name}'" for name in ("Dosage", "Test", "Symptom")))
RULES = r"""
[[rules]]
name = "dose"
type = "Dosage"
pattern = '\b(?P<much>\d+(?:\.\d+)? ?mg)\b'
group = "much"
must_match = ["5 mg at night", ["take 5mg", "5mg"]]
must_not_match = ["mg of what?"]

[[rules]]
name = "dose a day"
type = "Dosage"
pattern = '\d+ ?mg (?:daily|b\.?i\.?d\.?)'
flags = ["ignorecase"]
confidence = 0.6
must_match = ["5 mg Daily"]

[[rules]]
name = "potassium"
type = "Test"
pattern = '(?<=^|\s)K\+?\s*(?==)'
"""


def opened(folder: Path, content: str) -> Suggester:
    path = folder / "rules.toml"
    path.write_text(content, "utf-8")
    specification = parse(f"rules:{path}")
    return read(specification).for_schema(SCHEMA, specification.renamed)


def found(suggester: Suggester, text: str) -> list[tuple[str, str, float]]:
    return [(one.type, one.span.of(text), one.confidence) for one in chain(*suggester.suggest(text, pytest.fail))]


def test_rules_find_what_they_say(tmp_path: Path) -> None:
    suggester = opened(tmp_path, RULES)
    assert found(suggester, "Amoxicillin 500mg, then 2.5 mg; K+ = 4") == [
        ("Dosage", "500mg", 0.9),
        ("Dosage", "2.5 mg", 0.9),
        ("Test", "K+", 0.9),
    ]
    assert (suggester.source, suggester.name) == ("rules", "rules.toml")


def test_of_overlapping_mentions_of_a_type_the_longest_counts(tmp_path: Path) -> None:
    assert found(opened(tmp_path, RULES), "20 mg bid") == [("Dosage", "20 mg bid", 0.6)]


def test_empty_matches_and_groups_that_took_no_part_are_nothing(tmp_path: Path) -> None:
    content = "[[rules]]\ntype = 'Test'\npattern = 'x*|(y)'\n[[rules]]\ntype = 'Test'\npattern = 'a|(b)'\ngroup = 1\n"
    assert found(opened(tmp_path, content), "a b  ") == [("Test", "b", 0.9)]


def test_a_pattern_that_takes_for_ever_is_stopped_and_then_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_PATIENCE", 0.05)
    suggester = opened(tmp_path, RULES + "\n[[rules]]\nname = 'slow'\ntype = 'Symptom'\npattern = '(?:a|a|ab)+$'\n")
    text = "5 mg " + "a" * 40 + "!"
    complaints: list[str] = []
    for _ in range(4):
        assert [one.span.of(text) for one in chain(*suggester.suggest(text, complaints.append))] == ["5 mg"]
    assert ["'slow' was stopped" in one for one in complaints] == [True, True, True, False]
    assert "set aside" in complaints[3]
    assert not any("aaa" in one for one in complaints), "no word of a note in a message"


def test_a_pattern_that_takes_for_ever_on_its_own_example_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_PATIENCE", 0.05)
    example = "a" * 40 + "!"
    with pytest.raises(InputError, match=r"rules\.toml:1: rule 'slow' takes longer than"):
        opened(
            tmp_path,
            f"[[rules]]\nname = 'slow'\ntype = 'Symptom'\npattern = '(?:a|a|ab)+$'\nmust_not_match = ['{example}']\n",
        )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"rules\.toml: it has no rules"),
        ("rules = 3", "it has no rules"),
        ("[[rules]]\ntype = 'Test'\npattern = x\n", r"not TOML: .*line 3"),
        ("[[rules]]\ntype = 'Test'\npattern = 'a'\n[more]\n", "'more' is not known here"),
        ("\n\n[[rules]]\ntype = 'Test'\n", r"rules\.toml:3: a rule needs a pattern"),
        ("[[rules]]\npattern = 'x'\n", r"rules\.toml:1: a rule needs a type"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nregexp = 'y'\n", "'regexp' is not known in a rule"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\n\n[[rules]]\ntype = 'Test'\npattern = '(x'\n",
         r"rules\.toml:5: the pattern of rule '2' is no regular expression: missing \) at position"),
        ("[[rules]]\ntype = 'Test'\npattern = '(x)'\ngroup = 2\n", "rule '1' has no group 2"),
        ("[[rules]]\ntype = 'Test'\npattern = '(x)'\ngroup = true\n", "has no group True"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nflags = ['i']\n", "flags are a list, of ascii, dotall, ignorecase"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nconfidence = 1.5\n", "confidence is a number from 0 to 1"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nname = 3\n", "name of a rule is a text"),
        ("[[rules]]\nname = 'x'\ntype = 'Test'\npattern = 'x'\n" * 2, r"rules\.toml:5: there are two rules called 'x'"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nmust_match = ['y']\n", "fails its test: it finds nothing in 'y'"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nmust_match = [['xy', 'xy']]\n", "it finds 'x' in 'xy'"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nmust_not_match = ['ax']\n", "fails its test: it finds 'x' in 'ax'"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nmust_match = 'x'\n", "must_match is a list of texts, or pairs"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\nmust_not_match = [['a', 'b']]\n", "must_not_match is a list of tex"),
        ("[[rules]]\ntype = 'Test'\npattern = 'x'\n[[rules]]\ntype = 'Drug'\npattern = 'x'\n",
         r"rules\.toml:4: 'Drug', of rule '2', is not a type of the schema.* Dosage, Test, Symptom"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        opened(tmp_path, content)
