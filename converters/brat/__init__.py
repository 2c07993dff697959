"""brat standoff, loss-free: `.txt` and `.ann`, and the configuration that brat's screens need.

`codec` keeps a file to the byte, and `editing` writes changes into it; `reading` makes documents of it, `form` and
`writing` files of documents, as `profiles` of other tools want them. `conf_lines`, `configuration` and `schema_conf`
read configurations, `conf` writes that of a schema; `survey` and `checking` find what brat would.

Format: https://brat.nlplab.org/standoff.html, https://brat.nlplab.org/configuration.html and brat's own parser.
"""

from converters.brat.folder import BratFormat, as_exported
from converters.brat.form import BratForm, brat_form
from converters.brat.survey import survey
from converters.brat.text import OffsetMap, fragments

__all__ = ["BratForm", "BratFormat", "OffsetMap", "as_exported", "brat_form", "fragments", "survey"]
