"""What of a schema the model is asked, by what the schema says and what the model was trained for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bioassist.schema import AttributeType, DocumentClass, EntityType, Schema
from bioassist.tasks.fingerprints import FINGERPRINTS

# The labels that a model was trained on, by task; those of assertion are "Assertion=negated".
Trained = Mapping[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class Asking:
    """`schema` holds those relations, attributes, classes, statements and questions alone that the model is asked, and
    those entity types whose mentions it is to mark.

    `class_task` is how classes are asked for, "class.one" or "class.many"; `sections` are the types of sections that it
    is asked for by `section_task`, and `of_sections` the names of all, about which nothing further is asked. `trained`
    is what the model was trained on.
    """

    schema: Schema
    class_task: str
    sections: tuple[EntityType, ...]
    section_task: str
    of_sections: frozenset[str]
    trained: Trained

    @classmethod
    def of(cls, schema: Schema, trained: Trained) -> Asking:
        """What the schema does not say is asked if the model was trained for it; entity types, statements and questions
        always."""
        class_task = _class_task(schema.class_task, schema.classes, trained)
        classes = [
            one for one in schema.classes if _is_asked(one.suggest, one.served_by in trained.get(class_task, ()))
        ]
        if class_task == "class.one" and len(classes) < 2:
            # There is nothing to choose from.
            classes = []
        sections = [one for one in schema.entities if one.is_section and one.suggest is not False]
        section_task = _class_task(schema.section_task, sections, trained)
        if section_task == "class.one" and len(sections) < 2:
            sections = []
        pairs = trained.get("re.pairs", ())
        asked = replace(
            schema,
            entities=schema.asked_mentions,
            relations=tuple(one for one in schema.relations if _is_asked(one.suggest, one.served_by in pairs)),
            attributes=tuple(
                one
                for one in schema.attributes
                if _is_asked(one.suggest, any(is_trained_value(one, value, trained) for value in values(one)))
            ),
            classes=tuple(classes),
            statements=tuple(one for one in schema.statements if one.suggest is not False),
            questions=tuple(one for one in schema.questions if one.suggest is not False),
            class_task=class_task.removeprefix("class."),
        )
        return cls(asked, class_task, tuple(sections), section_task, schema.sections, trained)

    @property
    def tasks(self) -> dict[str, str]:
        """The tasks beside entities that are asked for, with their fingerprints."""
        schema = self.schema
        found = (
            ("re.pairs", schema.relations),
            ("assertion", schema.attributes),
            (self.class_task, schema.classes),
            (self.section_task, self.sections),
            ("nli", schema.statements),
            ("qa.free", schema.questions),
            ("qa.choice", schema.questions),
        )
        return {task: FINGERPRINTS[task] for task, asked in found if asked}

    @property
    def about_entities(self) -> bool:
        """Whether anything is asked about entities, so that it has to wait for them."""
        return bool(self.schema.relations or self.schema.attributes)

    def is_trained(self, task: str, label: str) -> bool:
        """Whether the model was trained for the schema's `label`; of statements and questions, for their kind."""
        if task.startswith(("nli", "qa.")):
            return task in self.trained
        entries = self.schema.relations if task == "re.pairs" else self.schema.classes
        return any(one.name == label and one.served_by in self.trained.get(task, ()) for one in entries)


def values(attribute: AttributeType) -> tuple[str, ...]:
    """What the model may say of an attribute, besides that it is not there."""
    return attribute.values or ("yes",)


def is_trained_value(attribute: AttributeType, value: str | None, trained: Trained) -> bool:
    """Whether the model was trained for a value of an attribute; None is a binary one's."""
    return f"{attribute.served_by}={value or 'yes'}" in trained.get("assertion", ())


def _is_asked(said: bool | None, trained: bool) -> bool:
    return trained if said is None else said


def _class_task(said: str, classes: Iterable[DocumentClass | EntityType], trained: Trained) -> str:
    """Where the schema does not say how many classes hold: what the model was trained for, else one."""
    if said:
        return f"class.{said}"
    many = trained.get("class.many", ())
    one = trained.get("class.one", ())
    labels = {class_.served_by for class_ in classes}
    return "class.many" if labels.intersection(many) and not labels.intersection(one) else "class.one"
