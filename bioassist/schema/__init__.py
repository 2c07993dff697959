"""A project's labels: what may be annotated, how it is shown, and what the model is asked.

A schema is a TOML file:

    name = "clinical"

    [suggest]
    classes = "many"                     # several classes may hold of a note; "one": exactly one does
    sections = "one"                     # the same of a section

    [guard]
    blind = 0.1                          # share of the documents that each annotator sees without suggestions first
    planted = 0.1                        # share of the others that have wrong suggestions planted in them

    [[entities]]
    name = "Medication"                  # letters, digits, "_" and "-", as brat takes them
    description = "drugs by any name"    # goes into the model's instruction
    colour = "#7aa2f7"
    key = "m"                            # the key that relabels to it; digits go by position
    model_label = "Medication"           # the label of the model that serves it, if it is called otherwise there
    of = "section"                       # marked over the headings of sections; "mention", or unsaid, of mentions
    suggest = false                      # left to people; unsaid, the model is asked

    [[relations]]
    name = "Treats"
    head = ["Medication", "Procedure"]
    tail = ["Disease"]
    reach = "sentence"                   # asked of two entities of one sentence; "window", or unsaid, of a window
    suggest = true                       # ask the model; unsaid: if it was trained for this label

    [[attributes]]
    name = "Assertion"
    on = ["Disease"]
    values = ["negated", "possible"]     # none: the attribute holds by being there
    default = "present"                  # what holds where the attribute is not written

    [[classes]]
    name = "radiology_report"
    description = "an imaging report"

    [[statements]]
    name = "diabetic"
    statement = "The patient has diabetes."
    against = "sentence"                 # or "window": what the statement is held against at once

    [[questions]]
    name = "smoking"
    question = "Does the patient smoke?"

    [[terminologies]]
    name = "drugs"
    file = "drugs.csv"                   # CSV, TSV or OBO, seen from the schema's own folder
    on = ["Medication"]                  # what is looked up in it by hand; unsaid, everything

`load` and `loads` check it and raise SchemaError with the file and the entry.
"""

from bioassist.schema.reading import built_in, load, loads
from bioassist.schema.types import (
    COLOUR,
    NAME,
    PALETTE,
    AttributeType,
    DocumentClass,
    EntityType,
    Guard,
    Question,
    RelationType,
    Schema,
    Statement,
    Terminology,
)

__all__ = [
    "COLOUR",
    "NAME",
    "PALETTE",
    "AttributeType",
    "DocumentClass",
    "EntityType",
    "Guard",
    "Question",
    "RelationType",
    "Schema",
    "Statement",
    "Terminology",
    "built_in",
    "load",
    "loads",
]
