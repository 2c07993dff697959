"""Label Studio's tasks: a JSON list, or JSON lines. https://labelstud.io/guide/task_format

    {"data": {"text": "Naloxone reverses morphine", "name": "ward/a"},
     "annotations": [{"result": [
         {"id": "T1", "from_name": "label", "to_name": "text", "type": "labels",
          "value": {"start": 0, "end": 8, "text": "Naloxone", "labels": ["Drug"]}},
         {"id": "T1", "from_name": "Assertion", "to_name": "text", "type": "choices",
          "value": {"start": 0, "end": 8, "text": "Naloxone", "choices": ["present"]}},
         {"type": "relation", "from_id": "T1", "to_id": "T2", "direction": "right", "labels": ["Reverses"]},
         {"id": "class", "from_name": "class", "to_name": "text", "type": "choices",
          "value": {"choices": ["letter"]}}]}],
     "predictions": [{"model_version": "SmolLM2-135M", "score": 0.83, "result": [...]}]}

What is decided on is an annotation, unreviewed suggestions are predictions, one a model. Offsets count code points, as
those of a Text tag do. A note on an entity is its region's "meta", which the screen shows; an attribute is a choice on
its region, and one without values the choice of its own name. Where an annotation comes from stands on it as
"provenance", which Label Studio keeps until the region is edited; then its "origin" tells.
"""

from converters.label_studio.format import LabelStudioFormat

__all__ = ["LabelStudioFormat"]
