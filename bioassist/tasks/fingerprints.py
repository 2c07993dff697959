"""The template fingerprint of every task, as this version renders it."""

from __future__ import annotations

from types import MappingProxyType

from bioassist.tasks import assertion, classification, ner, nli, qa, relations

FINGERPRINTS = MappingProxyType(
    {
        **ner.FINGERPRINTS,
        "re.pairs": relations.PAIRS_FINGERPRINT,
        "re.paper": relations.PAPER_FINGERPRINT,
        "assertion": assertion.FINGERPRINT,
        "class.one": classification.ONE_FINGERPRINT,
        "class.many": classification.MANY_FINGERPRINT,
        "nli": nli.FINGERPRINT,
        "qa.choice": qa.CHOICE_FINGERPRINT,
        "qa.free": qa.FREE_FINGERPRINT,
    }
)
