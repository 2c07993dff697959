"""spaCy DocBin: a `.spacy` file, or a folder to train from with `train.spacy`, `dev.spacy` and `config.cfg`, and with
`test.spacy` if one is asked for.

In each Doc, whose text is exactly the document's:

    doc.ents                        entities of one fragment that do not overlap: of those that do, the longest
    doc.spans["sc"]                 all entities of one fragment, nested and overlapping ones too; span.id_ is their id
    doc.spans["discontinuous"]      entities of several fragments, each as one span from its first to its last
    doc.cats                        document classes: 1.0, and 0.0 for those of the schema that do not hold
    doc.user_data["bioassist"]      everything, as `converters.plain` has it but for the text: exact character offsets,
                                    ids, events, relations, attributes, normalizations, notes, provenance; and
                                    "placed", for each entity in "sc" the characters that its tokens cover; what is
                                    on which span is by the spans' ids (`converters.spacy_view` shows it on them)

Tokens are the words of `bioassist.words`. The configuration has spaCy train on the tokens in the file
(`gold_preproc`), since its own tokenizer's would not fit them everywhere. What of a document goes where it does not
quite fit, and why, is told by `converters.placing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioassist.documents import Document, Entity, Normalization, Span
from bioassist.errors import InputError, UsageError
from bioassist.schema import Schema
from converters.annotations import name as shown
from converters.annotations import row, with_row, without_dangling
from converters.concepts import identifiers
from converters.destination import new_file, new_folder
from converters.formats import DEFAULTS, EVERYTHING, Misaligned, WriteOptions
from converters.placing import Placing, Words, place
from converters.plain import from_plain, to_plain
from converters.report import Finding, Report
from converters.training import Contents, check_language, new_bin, shared_out, training_config

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

EXTENSION = ".spacy"
KEY = "bioassist"
SPANS = "sc"
DISCONTINUOUS = "discontinuous"

# What spaCy annotates on tokens.
_UNREAD = {
    "TAG": "tags",
    "POS": "parts of speech",
    "MORPH": "morphology",
    "LEMMA": "lemmas",
    "DEP": "dependencies",
    "SENT_START": "sentences",
    "ENT_ID": "ids of entities",
}


class DocBinFormat:
    """spaCy DocBin. `words` gives the words of a text, in order; those of `bioassist.words` if None."""

    name = "spacy"
    carries = EVERYTHING

    def __init__(self, words: Words | None = None) -> None:
        self._words = words

    def read(self, source: Path, schema: Schema | None = None, report: Report | None = None) -> Iterator[Document]:
        """The documents in the file `source`, or in all `.spacy` files below the folder `source`.

        Those that bioassist wrote come back as they were, but for spans that were changed since; others have their
        `doc.ents` with their knowledge base ids, `doc.spans` and `doc.cats`, and what else they have is told. A damaged
        file of a folder is a finding.
        """
        told = Report() if report is None else report
        files = sorted(source.rglob(f"*{EXTENSION}")) if source.is_dir() else [source]
        if not files:
            raise InputError(f"holds no {EXTENSION} files.", where=str(source))
        for file in files:
            try:
                docs = _docs_in(file)
            except InputError as error:
                if not source.is_dir():
                    raise
                told.add(Finding("", "unreadable", error.what, file=error.where, kind="loss"))
                continue
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
        report, contents = Report(), Contents()
        docs = self._docs(documents, schema, options.misaligned, report, contents)
        if destination.suffix == EXTENSION:
            with new_file(destination, force=options.force) as staged:
                bin_ = new_bin()
                for _, doc in docs:
                    bin_.add(doc)
                staged.write_bytes(_bytes(bin_))
        else:
            check_language(options.language)
            with new_folder(destination, force=options.force) as staging:
                sides = shared_out(docs, options.dev_share, options.test_share, contents, report)
                for side, shared in sides.items():
                    (staging.path / f"{side}{EXTENSION}").write_bytes(_bytes(shared))
                config = training_config(options.language, contents, report)
                (staging.path / "config.cfg").write_bytes(config.encode())
                if not options.test_share:
                    staging.obsolete.append(Path(f"test{EXTENSION}"))
        return report

    def _docs(
        self,
        documents: Iterable[Document],
        schema: Schema | None,
        misaligned: Misaligned,
        report: Report,
        contents: Contents,
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
            contents.observe(document, placing)
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
            document = _with_changes(document, placed, found, report)
            _tell_unread(doc, document.name, {**_UNREAD, "ENT_KB_ID": "knowledge base ids"}, report)
            return document
    document = _with_changes(Document(name, doc.text, classes=classes), {}, found, report)
    _tell_unread(doc, name, _UNREAD, report)
    return replace(document, normalizations=tuple(_normalizations(doc, document)))


def _normalizations(doc: Doc, document: Document) -> Iterator[Normalization]:
    """The knowledge base ids of the spans of `doc`, on the entities of `document`."""
    at = {(entity.start, entity.end, entity.type): entity.id for entity in document.entities}
    codes = {
        (at[place], *code): None
        for span in (*doc.ents, *(span for group in doc.spans.values() for span in group))
        if (place := (span.start_char, span.end_char, span.label_ or "Entity")) in at and span.kb_id_
        for code in identifiers(span.kb_id_, span.label_)
    }
    return (Normalization(f"N{number}", *code) for number, code in enumerate(codes, 1))


def _tell_unread(doc: Doc, name: str, attributes: Mapping[str, str], report: Report) -> None:
    """A finding for what others put into a Doc that documents have no place for; `attributes` are those of tokens."""
    # A text of one token is a sentence to spaCy, whoever says so.
    unread = [what for attribute, what in attributes.items() if len(doc) > 1 and doc.has_annotation(attribute)]
    weights = [label for label, weight in doc.cats.items() if weight not in (0, 1)]
    unread += [f"weights of classes ({len(weights)})"] if weights else []
    extensions = {key[1] for key in doc.user_data if isinstance(key, tuple) and key[:1] == ("._.",)}
    unread += [f"._.{extension}" for extension in sorted(extensions)]
    unread += sorted(str(key) for key in doc.user_data if key != KEY and not isinstance(key, tuple))
    if unread:
        report.add(Finding(name, "not read", f"documents have no place for: {', '.join(unread)}.", kind="loss"))


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


def _docs_in(file: Path) -> list[Doc]:
    """The Docs in a `.spacy` file. Raises InputError if it is none, or damaged."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    try:
        return list(DocBin().from_bytes(file.read_bytes()).get_docs(Vocab()))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}.", where=str(file)) from error
    except Exception as error:
        # What a damaged file raises is of any kind.
        raise InputError("not a spaCy DocBin, or damaged.", where=str(file)) from error


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
