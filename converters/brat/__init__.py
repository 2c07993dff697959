"""brat standoff, loss-free: `.txt` and `.ann`, and the configuration that brat's screens need.

`codec` keeps a file to the byte; `reading` makes documents of it, `form` and `folder` write documents; `conf` writes
the configuration of a schema. Format: https://brat.nlplab.org/standoff.html and brat's own parser.
"""

from converters.brat.folder import BratFormat, as_exported
from converters.brat.form import BratForm, brat_form
from converters.brat.text import OffsetMap, fragments

__all__ = ["BratForm", "BratFormat", "OffsetMap", "as_exported", "brat_form", "fragments"]
