"""Makes `docs/review.svg`, the picture in the README: `python -m docs.picture`.

The suggestions in it are written here by hand, on an example note, so that the picture shows the screen and not the
state of a model; the screen is drawn by `bioassist review --screenshot`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from bioassist.documents import Span
from bioassist.reading import decode
from bioassist.schema import built_in
from bioassist.tasks.ner import TYPED_FINGERPRINT

ROOT = Path(__file__).parent.parent
NOTES = ("discharge-summary", "radiology-report", "ed-triage", "medication-list")
KEYS = "a a n a x a a a a a a n a n"
SUGGESTIONS = (
    ("Acute decompensated heart failure", "Disease", 0.97),
    ("heart failure with reduced ejection fraction", "Disease", 0.91),
    ("ejection fraction", "Test", 0.58),
    ("LVEF", "Test", 0.93),
    ("30%", "Result", 0.95),
    ("Atrial fibrillation with rapid ventricular response", "Disease", 0.88),
    ("Acute kidney injury", "Disease", 0.96),
    ("chronic kidney disease stage 3b", "Disease", 0.9),
    ("Type 2 diabetes mellitus", "Disease", 0.99),
    ("Iron deficiency anaemia", "Disease", 0.98),
    ("ischaemic cardiomyopathy", "Disease", 0.97),
    ("exertional dyspnoea", "Symptom", 0.94),
    ("orthopnoea", "Symptom", 0.92),
    ("bilateral leg swelling", "Symptom", 0.81),
    ("leg", "Anatomy", 0.44),
    ("chest pain", "Symptom", 0.95),
    ("fever", "Symptom", 0.97),
    ("cough", "Symptom", 0.96),
    ("haemoptysis", "Symptom", 0.93),
    ("furosemide", "Medication", 0.99),
    ("ibuprofen", "Medication", 0.98),
    ("knee pain", "Symptom", 0.86),
    ("drug-eluting stent", "Procedure", 0.71),
    ("hypertension", "Disease", 0.98),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "notes.bioassist"
        with Project.open(path, create=True, actor="annotator") as project:
            _fill(project)
        command = [sys.executable, "-c", "from bioassist.cli import main; main()", "review", str(path)]
        command += ["--screenshot", str(ROOT / "docs" / "review.svg"), "--press", KEYS]
        subprocess.run(command, check=True)


def _fill(project: Project) -> None:
    project.set_schema(built_in())
    run = project.begin_run(
        "smollm2-135m", "by hand", None, {"ner.typed": TYPED_FINGERPRINT}, project.schema.fingerprint, [], {}
    )
    for number, name in enumerate(NOTES):
        file = ROOT / "examples" / "notes" / f"{name}.txt"
        row = project.add_document(name, decode(file.read_bytes(), f"{name}.txt"))
        if number == 0:
            text = project.text(row.id)
            project.add_suggestions(row.id, run, [_suggestion(row.text_sha, text, *one) for one in SUGGESTIONS])
        project.set_state(row.id, "ready" if number < 3 else "pending", words=500)


def _suggestion(text_sha: str, text: str, mention: str, name: str, confidence: float) -> Suggestion:
    start = text.index(mention)
    spans = (Span(start, start + len(mention)),)
    return Suggestion(
        suggestion_id(text_sha, name, spans),
        name,
        spans,
        confidence,
        "model",
        "smollm2-135m",
        TYPED_FINGERPRINT,
        True,
    )


if __name__ == "__main__":
    main()
