"""What a window's result says of near misses, and where it goes."""

from __future__ import annotations

from pathlib import Path

from assistant.engine.compile import Compiler
from assistant.engine.pipeline import EngineSettings
from assistant.engine.progress import Reading
from assistant.engine.results import Results
from assistant.engine.units import EntityUnit
from assistant.engine.windows import Window
from assistant.project.store import Project
from bioassist.documents import Span, TextSource
from bioassist.reading import DecodedText
from bioassist.schema import loads
from bioassist.tasks.ner import inline
from bioassist.tasks.program import Answer

SCHEMA = loads('name = "ward"\n[[entities]]\nname = "Symptom"\n[[entities]]\nname = "Disease"\n')
TEXT = "No fever. A rash and cough.\n"
WORDS = (Span(10, 11), Span(12, 16), Span(17, 20), Span(21, 26), Span(26, 27))
ANSWERS = (
    Answer("", 0.95, {"\n": 0.05}),
    Answer("", 0.7, {"\n": 0.3}),
    Answer("", 1.0),
    Answer("\nSymptom", 0.9, {"": 0.1}),
    Answer("", 0.8, {"\t": 0.2}),
)


def test_near_misses_are_stored_apart_from_suggestions(tmp_path: Path) -> None:
    task = inline(SCHEMA.entities)
    compiled = Compiler(lambda text: tuple(text.encode()), None).compile(task.program(TEXT, WORDS))
    unit = EntityUnit("key", Window(10, 28, WORDS), task, compiled, 10)
    result = unit.result(ANSWERS)
    assert result["near"] == [[None, 2, 6, 0.3]]
    assert [one[:3] for one in result["mentions"]] == [["Symptom", 11, 16]]
    with Project.open(tmp_path / "notes.bioassist", create=True) as project:
        project.set_schema(SCHEMA)
        row = project.add_document("a", DecodedText(TEXT, TextSource("a.txt")))
        run = project.begin_run("m", "0" * 64, None, {}, "f", [], {})
        settings = EngineSettings(model=Path("m.gguf"), name="m", identity="0" * 64, task="ner.inline")
        Results(project, settings, run).store(Reading(row, TEXT), "key", 10, (), result)
        (near,) = project.near_misses.of(row.id)
        assert (near.span.of(TEXT), near.type, near.probability, near.run) == ("rash", None, 0.3, run)
        assert [one.spans[0].of(TEXT) for one in project.suggestions(row.id)] == ["cough"]
