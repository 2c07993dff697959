"""spaCy DocBin: a `.spacy` file, or a folder to train from with `train.spacy`, `dev.spacy` and `config.cfg`.

In each Doc, whose text is exactly the document's:

    doc.ents                        entities of one fragment that do not overlap: of those that do, the longest
    doc.spans["sc"]                 all entities of one fragment, nested and overlapping ones too; span.id_ is their id
    doc.spans["discontinuous"]      entities of several fragments, each as one span from its first to its last
    doc.cats                        document classes: 1.0, and 0.0 for those of the schema that do not hold
    doc.user_data["bioassist"]      everything, as `converters.plain` has it but for the text: exact character offsets,
                                    ids, events, relations, attributes, normalizations, notes, provenance; and
                                    "placed", for each entity in "sc" the characters that its tokens cover

Tokens are the words of `bioassist.words`. The configuration has spaCy train on the tokens in the file
(`gold_preproc`), since its own tokenizer's would not fit them everywhere. What of a document goes where it does not
quite fit, and why, is told by `converters.placing`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError, UsageError
from bioassist.schema import Schema
from converters.annotations import name as shown
from converters.annotations import row, with_row, without_dangling
from converters.destination import new_file, new_folder
from converters.formats import DEFAULTS, Misaligned, WriteOptions
from converters.placing import Placing, Words, place
from converters.plain import from_plain, to_plain
from converters.report import Finding, Report

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

EXTENSION = ".spacy"
KEY = "bioassist"
SPANS = "sc"
DISCONTINUOUS = "discontinuous"


class DocBinFormat:
    """spaCy DocBin. `words` gives the words of a text, in order; those of `bioassist.words` if None."""

    name = "spacy"

    def __init__(self, words: Words | None = None) -> None:
        self._words = words

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents in the file `source`, or in all `.spacy` files below the folder `source`.

        Those that bioassist wrote come back as they were, but for spans that were changed since; others have their
        `doc.ents`, `doc.spans` and `doc.cats`.
        """
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab

        told = Report() if report is None else report
        files = sorted(source.rglob(f"*{EXTENSION}")) if source.is_dir() else [source]
        if not files:
            raise InputError(f"holds no {EXTENSION} files.", where=str(source))
        vocab = Vocab()
        for file in files:
            try:
                docs = list(DocBin().from_bytes(file.read_bytes()).get_docs(vocab))
            except OSError as error:
                raise InputError(f"cannot be read: {error.strerror}.", where=str(file)) from error
            except Exception as error:
                # What a damaged file raises is of any kind.
                raise InputError("not a spaCy DocBin, or damaged.", where=str(file)) from error
            for number, doc in enumerate(docs, 1):
                document = document_of(doc, f"{file.stem}-{number}", told)
                told.documents += 1
                told.annotations += len(row(document))
                yield document

    def write(
        self,
        documents: Iterable[Document],
        destination: Path,
        schema: Schema | None = None,
        options: WriteOptions = DEFAULTS,
    ) -> Report:
        """Write one file if `destination` ends in ".spacy", else a folder to train from."""
        report = Report()
        docs = self._docs(documents, schema, options.misaligned, report)
        if destination.suffix == EXTENSION:
            with new_file(destination, force=options.force) as staged:
                bin_ = _new_bin()
                for _, doc in docs:
                    bin_.add(doc)
                staged.write_bytes(_bytes(bin_))
        else:
            with new_folder(destination, force=options.force) as staging:
                config = training_config(options.language)
                train, dev = _split(docs, options.dev_share, report)
                (staging.path / "train.spacy").write_bytes(_bytes(train))
                (staging.path / "dev.spacy").write_bytes(_bytes(dev))
                (staging.path / "config.cfg").write_bytes(config.encode())
        return report

    def _docs(
        self, documents: Iterable[Document], schema: Schema | None, misaligned: Misaligned, report: Report
    ) -> Iterator[tuple[str, Doc]]:
        from spacy.vocab import Vocab

        words = self._words or _our_words()
        classes = [entry.name for entry in schema.classes] if schema else []
        vocab = Vocab()
        for document in documents:
            try:
                document.text.encode()
                placing = place(document, words, misaligned)
                doc = doc_of(document, placing, vocab, classes)
            except UnicodeEncodeError:
                message = "a lone surrogate is in it, which is not text; the document was left out."
                report.add(Finding(document.name, "not text", message, kind="loss"))
                continue
            report.findings.extend(placing.findings)
            report.documents += 1
            report.annotations += len(row(document))
            yield document.name, doc


def doc_of(document: Document, placing: Placing, vocab: Vocab, classes: Iterable[str] = ()) -> Doc:
    """`document` as a spaCy Doc; `classes` are all document classes that there are."""
    from spacy.tokens import Doc
    from spacy.tokens import Span as DocSpan

    doc = Doc(vocab, words=placing.tokens.texts, spaces=placing.tokens.spaces)
    for key, group in ((SPANS, placing.spans), (DISCONTINUOUS, placing.discontinuous)):
        doc.spans[key] = [
            DocSpan(doc, one.first, one.last + 1, label=one.entity.type, span_id=one.entity.id) for one in group
        ]
    doc.set_ents(
        [DocSpan(doc, one.first, one.last + 1, label=one.entity.type) for one in placing.ents], default="outside"
    )
    doc.cats = {name: float(name in document.classes) for name in dict.fromkeys((*classes, *document.classes))}
    plain = to_plain(document)
    del plain["text"]
    plain["placed"] = {one.entity.id: [one.extent.start, one.extent.end] for one in placing.spans}
    doc.user_data[KEY] = plain
    return doc


def document_of(doc: Doc, name: str, report: Report) -> Document:
    """The document in `doc`; called `name` if it has no name of ours."""
    found = {
        (span.start_char, span.end_char, span.label_): None
        for span in (*doc.ents, *(span for key, group in doc.spans.items() if key != DISCONTINUOUS for span in group))
    }
    classes = tuple(label for label, weight in doc.cats.items() if weight >= 0.5)
    if KEY in doc.user_data:
        try:
            plain = _lists(doc.user_data[KEY])
            placed = {key: Span(start, end) for key, (start, end) in plain.pop("placed").items()}
            document = from_plain(plain | {"text": doc.text})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            report.add(Finding(name, "user data", f"what bioassist kept in it is damaged: {error}", kind="loss"))
        else:
            if set(classes) != set(document.classes):
                document = replace(document, classes=classes)
            return _with_changes(document, placed, found, report)
    bare = Document(name, doc.text, classes=classes)
    return _with_changes(bare, {}, found, report)


def _with_changes(
    document: Document, placed: Mapping[str, Span], found: Mapping[tuple[int, int, str], None], report: Report
) -> Document:
    """`document` with the spans that are in its Doc now, where those are not the ones that were written."""
    written = {
        (extent.start, extent.end, entity.type)
        for entity in document.entities
        for extent in (placed.get(entity.id),)
        if extent
    }
    if written == set(found):
        return document
    kept = [
        entity
        for entity in document.entities
        if entity.id not in placed or (placed[entity.id].start, placed[entity.id].end, entity.type) in found
    ]
    gone = {entity.id for entity in document.entities} - {entity.id for entity in kept}
    numbers = [int(entity.id[1:]) for entity in document.entities if entity.id[:1] == "T" and entity.id[1:].isdecimal()]
    number = max(numbers, default=0)
    for start, end, label in sorted(set(found) - written, key=lambda one: (one[0], -one[1], one[2])):
        number += 1
        kept.append(Entity(f"T{number}", label or "Entity", (Span(start, end),)))
    if document.entities:
        message = f"spans were changed after the export: {len(gone)} gone, {len(set(found) - written)} new."
        report.add(Finding(document.name, "changed spans", message))
    annotations, lost = without_dangling(row(replace(document, entities=tuple(kept))))
    for dangling in lost:
        message = f"{shown(dangling.annotation)} refers to {', '.join(dangling.missing)}, whose span is gone."
        report.add(Finding(document.name, "target", message, kind="loss"))
    return with_row(document, annotations)


def training_config(language: str = "en") -> str:
    """A configuration for `spacy train`: entities from `doc.ents`, on the processor, as `spacy init config` makes it.

    Raises UsageError if spaCy has no such language.
    """
    from spacy.cli.init_config import init_config
    from spacy.util import get_lang_class

    try:
        get_lang_class(language)
    except ImportError as error:
        raise UsageError(
            f"spaCy has no language {language!r}.", next_step="Use an ISO code such as en or de."
        ) from error

    config = init_config(lang=language, pipeline=["ner"], optimize="efficiency", gpu=False, silent=True)
    config["paths"] |= {"train": "train.spacy", "dev": "dev.spacy"}
    for corpus in ("train", "dev"):
        config["corpora"][corpus]["gold_preproc"] = True
    return f"# Written by bioassist. In this folder: spacy train config.cfg --output model\n\n{config.to_str()}\n"


def _split(docs: Iterable[tuple[str, Doc]], dev_share: float, report: Report) -> tuple[DocBin, DocBin]:
    """Training and development data, by a hash of the document's name, so that it stays the same from export to export.

    A text that is there under several names goes where the first of them goes. If one side is empty, it gets the
    document whose hash is nearest to it, provided there are two or more texts.
    """
    sides: dict[str, bool] = {}
    bins = {False: _new_bin(), True: _new_bin()}
    places: dict[str, float] = {}
    for name, doc in docs:
        text = hashlib.sha256(doc.text.encode()).hexdigest()
        places.setdefault(text, int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) / 2**32)
        side = sides.setdefault(text, places[text] < dev_share)
        bins[side].add(doc)
    for side in (True, False):
        if len(sides) > 1 and not len(bins[side]):
            moved = (min if side else max)(places, key=lambda text: places[text])
            message = f"no document fell into the {'development' if side else 'training'} data; one was moved there."
            report.add(Finding("", "split", message))
            bins = _moved(bins[not side], moved, side)
    message = f"{len(bins[False])} for training (train.spacy), {len(bins[True])} for development (dev.spacy)."
    report.add(Finding("", "split", message))
    return bins[False], bins[True]


def _moved(full: DocBin, text: str, side: bool) -> dict[bool, DocBin]:
    from spacy.vocab import Vocab

    bins = {side: _new_bin(), not side: _new_bin()}
    for doc in full.get_docs(Vocab()):
        bins[side if hashlib.sha256(doc.text.encode()).hexdigest() == text else not side].add(doc)
    return bins


def _new_bin() -> DocBin:
    from spacy.tokens import DocBin

    return DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)


def _bytes(docs: DocBin) -> bytes:
    try:
        return bytes(docs.to_bytes())
    except ValueError as error:
        raise UsageError("too much for one DocBin.", next_step="Export the documents in parts.") from error


def _our_words() -> Words:
    from bioassist.words import words

    return words


def _lists(value: Any) -> Any:
    """`value` with lists for tuples, which is what msgpack makes of lists."""
    if isinstance(value, Mapping):
        return {key: _lists(entry) for key, entry in value.items()}
    return [_lists(entry) for entry in value] if isinstance(value, list | tuple) else value
