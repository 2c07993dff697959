"""Fine-tunes an encoder (BERT and the like) on the splits that the instruction models learn from, as their peer.

    finished = fine_tune("encoder/", "ncbi-disease", "ner", Path("out"), Shelf(root), Settings())
    finished.scores.exact.micro.f1

The setup is that of Devlin et al. 2019: token classification for entities, one label for a sentence or a pair of
sentences elsewhere, AdamW with a linear schedule. Scores come from the code that judges instruction models.
"""

from __future__ import annotations

from trainer.encoders.fine_tuning import Finished, fine_tune
from trainer.encoders.settings import Settings

__all__ = ["Finished", "Settings", "fine_tune"]
