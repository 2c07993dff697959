"""A trained spaCy pipeline: `doc.ents` and `doc.spans`, of a folder that `spacy train` wrote or an installed package.

The pipeline cuts words its own way; what it marks has our offsets, without white space at its edges. Long notes are
given to it in pieces that end between sentences.

Span categorizers say how sure they are. Entity recognizers do not: what they find has the precision that its label had
when the pipeline was trained (`performance` in its meta.json), or one half where that is not known.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.engine.windows import windows
from assistant.suggesters.labels import Labels, listed
from assistant.suggesters.protocol import Complain, Found
from assistant.suggesters.specification import digest, fingerprint
from bioassist.documents import Span
from bioassist.errors import InputError
from bioassist.schema import Schema

if TYPE_CHECKING:
    from spacy.language import Language

SOURCE = "spacy"
_VERSION = 1
_WINDOW = 1000
_UNKNOWN = 0.5
_MARKING = {"ner", "beam_ner", "spancat", "spancat_singlelabel", "entity_ruler", "span_ruler"}


class Pipeline:
    """A pipeline that was loaded. Its labels are not yet types of a schema."""

    def __init__(self, nlp: Language, place: Path, remarks: tuple[str, ...]) -> None:
        self._nlp = nlp
        self._place = place
        self._digest = digest(place)
        self._remarks = remarks

    def for_schema(self, schema: Schema, renamed: Mapping[str, str]) -> PipelineSuggester:
        labels = Labels(schema, renamed, str(self._place))
        marking = [name for name in self._nlp.pipe_names if self._nlp.get_pipe_meta(name).factory in _MARKING]
        declared = sorted({label for name in marking for label in self._nlp.pipe_labels.get(name, ())})
        left = [label for label in declared if labels.type_of(label) is None]
        remarks = list(self._remarks)
        if left and len(left) == len(declared):
            raise InputError(
                f"none of its labels is a type of the schema ({listed(left)}).",
                where=str(self._place),
                next_step=f"Say which are, as in {SOURCE}:PATH={left[0]}:TYPE; types of the schema: {labels.known}.",
            )
        if left:
            remarks.append(f"these labels are no types of the schema, and are left out: {listed(left)}.")
        if declared:
            remarks += labels.remarks(declared)
        if not marking:
            remarks.append(f"none of its components is known to mark anything: {', '.join(self._nlp.pipe_names)}.")
        return PipelineSuggester(self._nlp, self._digest, labels, schema, renamed, tuple(remarks))


def read_pipeline(path: str) -> Pipeline:
    """Load a pipeline. Raises InputError if there is none, or what it needs is not installed."""
    import spacy

    place = Path(path)
    try:
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            if not place.exists() and spacy.util.is_package(path):
                place = Path(spacy.util.get_package_path(path))
            nlp = spacy.load(path)
    except Exception as error:
        # Configurations and components can raise anything.
        said = " ".join(str(error).split())[:300]
        raise InputError(
            f"no spaCy pipeline that can be loaded: {said}",
            where=path,
            next_step="Name a folder that `spacy train` wrote (model-best), or an installed package.",
        ) from error
    return Pipeline(nlp, place, tuple(" ".join(str(one.message).split()) for one in told))


class PipelineSuggester:
    """Suggests what a pipeline marks, under the types of one schema."""

    source = SOURCE

    def __init__(
        self,
        nlp: Language,
        sha: str,
        labels: Labels,
        schema: Schema,
        renamed: Mapping[str, str],
        remarks: tuple[str, ...],
    ) -> None:
        meta = nlp.meta
        self.name = f"{meta.get('lang', '')}_{meta.get('name', 'pipeline')} {meta.get('version', '')}".strip()
        self.remarks = remarks
        # Which labels it gives is known once it has given them, so all types of the schema count.
        types = {entity.served_by: entity.name for entity in schema.entities}
        self.fingerprint = fingerprint(SOURCE, _VERSION, sha, types, dict(renamed))
        self._nlp = nlp
        self._labels = labels
        self._performance: Mapping[str, Any] = meta.get("performance", {})

    def suggest(self, text: str, complain: Complain) -> Iterator[Sequence[Found]]:
        for window in windows(text, _WINDOW):
            if window.words:
                yield list(self._marked(text, window.start, window.end))

    def _marked(self, text: str, start: int, end: int) -> Iterator[Found]:
        doc = self._nlp(text[start:end])
        marked = [(one, self._precision(one.label_)) for one in doc.ents]
        for group in doc.spans.values():
            scores = group.attrs.get("scores")
            for place, one in enumerate(group):
                sure = self._precision(one.label_) if scores is None else float(scores[place])
                marked.append((one, min(max(sure, 0.0), 1.0)))
        found: dict[tuple[str, Span], float] = {}
        for one, sure in marked:
            named = self._labels.type_of(one.label_)
            chosen = one.text
            if named is not None and chosen.strip():
                first, after = start + one.start_char, start + one.end_char
                span = Span(after - len(chosen.lstrip()), first + len(chosen.rstrip()))
                found[named, span] = max(found.get((named, span), 0.0), sure)
        for (named, span), sure in found.items():
            yield Found(named, span, sure)

    def _precision(self, label: str) -> float:
        per_type = self._performance.get("ents_per_type") or {}
        known = (per_type.get(label) or {}).get("p", self._performance.get("ents_p"))
        return float(known) if isinstance(known, int | float) and 0 <= known <= 1 else _UNKNOWN
