"""BioC (Comeau et al. 2013, doi 10.1093/database/bat064): one file of documents, as XML or as JSON.

`xml` and `json` bring a file to the dictionaries and lists that BioC's JSON is made of, and back, a document at a time;
`reading` makes a document of one, whatever its offsets count, and `writing` the reverse.

    {"id": "ward/a", "infons": {"class_1": "letter", "bioassist": "..."},
     "passages": [{"offset": 0, "infons": {}, "text": "Given aspirin.", "sentences": [],
                   "annotations": [{"id": "T1", "infons": {"type": "Drug", "RxNorm": "1191", "Assertion": "negated"},
                                    "locations": [{"offset": 6, "length": 7}], "text": "aspirin"}],
                   "relations": [{"id": "R1", "infons": {"type": "Treats"},
                                  "nodes": [{"refid": "T1", "role": "Arg1"}, {"refid": "T2", "role": "Arg2"}]}]}],
     "annotations": [], "relations": []}

Attributes, entries of terminologies and notes are infons of what they are on. What infons have no place for, such as
their ids, is in the document's infon "bioassist" (JSON), so that bioassist reads everything back as it was; the
other infons are what counts, so a change of them by another tool comes through.
"""

from converters.bioc.files import BioCJsonFormat, BioCXmlFormat

__all__ = ["BioCJsonFormat", "BioCXmlFormat"]
