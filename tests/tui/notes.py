"""Notes for the screens, with what the model suggests written into them as `<Type confidence>words</Type>`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bioassist.documents import Span

DISCHARGE = """\
DISCHARGE SUMMARY

Admitted: 03/11/2025    Discharged: 09/11/2025    Ward: 7B

PRESENTING COMPLAINT
72 y.o. man brought in by ambulance with 3 days of worsening <Symptom 0.97>shortness of breath</Symptom>, \
<Symptom 0.91>productive cough</Symptom> and <Symptom 0.88>fever</Symptom> (38.9 C). \
No <Symptom 0.83>chest pain</Symptom>. Known <Disease 0.95>COPD</Disease> and \
<Disease 0.93>type 2 <Disease 0.41>diabetes</Disease> mellitus</Disease>.

COURSE
<Test 0.96>Chest X-ray</Test>: <Symptom 0.62>consolidation of the <Anatomy 0.90>right lower lobe</Anatomy></Symptom>. \
<Test 0.92>CRP</Test> <Result 0.90>214 mg/L</Result>. Started on <Medication 0.98>co-amoxiclav</Medication> \
<Dosage 0.85>1.2 g IV t.d.s.</Dosage> for <Disease 0.94>community-acquired pneumonia</Disease>. \
On day 2 he developed <Disease 0.90>acute <Anatomy 0.51>kidney</Anatomy> injury</Disease>; \
<Medication 0.99>metformin</Medication> was held.

<Symptom 0.90>Rash</Symptom> after the second dose of <Medication 0.97>co-amoxiclav</Medication> - changed to \
<Medication 0.99>doxycycline</Medication> <Dosage 0.88>200 mg o.d.</Dosage>

PLAN
Repeat <Test 0.89>chest X-ray</Test> in 6 weeks. GP to recheck <Test 0.80>U&E</Test> within 7 days.
"""

RADIOLOGY = """\
CT CHEST
No <Disease 0.90>pulmonary embolism</Disease>. Small <Symptom 0.70>left pleural effusion</Symptom>.
"""

# What a terminal or a markup parser would obey if it were not written out.
HOSTILE = """\
[bold red]not markup[/] \x1b[31mnot red\x1b[0m bell\x07 tab\there
over\u202eride\u202c isolate\u2066d\u2069 zero\u200bwidth \ufeffbom nul\x00 del\x7f line\u2028separator
Cafe\u0301 \u0645\u0631\u064a\u0636 \u65e5\u672c\u8a9e \U0001f468\u200d\U0001f469\u200d\U0001f466 \u2764\ufe0f n\u0303
"""


@dataclass(frozen=True)
class Suggested:
    type: str
    span: Span
    confidence: float


def parse(markup: str) -> tuple[str, list[Suggested]]:
    """The text without its marks, and the marks."""
    text, suggested, open_marks = "", [], []
    for part in re.split(r"(</?[A-Z][a-z]+(?: [0-9.]+)?>)", markup):
        opening = re.fullmatch(r"<([A-Z][a-z]+) ([0-9.]+)>", part)
        if opening:
            open_marks.append((opening[1], float(opening[2]), len(text)))
        elif re.fullmatch(r"</[A-Z][a-z]+>", part):
            type_, confidence, start = open_marks.pop()
            suggested.append(Suggested(type_, Span(start, len(text)), confidence))
        else:
            text += part
    assert not open_marks
    return text, suggested
