r"""Tokens and their tags, one a line, as the shared tasks of CoNLL have them.

Written are three columns with tabs between:

    -DOCSTART- (ward/a)	SpaceAfter=No	O

    No	_	O
    chest	_	B-Symptom
    pain	SpaceAfter=No	I-Symptom
    .	SpacesAfter=\n\n	O

The word, the white space behind it as CoNLL-U and UDPipe write it ("_" is one space), and the tag in IOB2; a blank line
behind a sentence, which a mention that goes over its end joins to the next. Readers that take the first and the last
column, as most do, need no change, and others `cut -f1,3`. The text comes back exactly.

Read are two or more columns with tabs or spaces between, the word first and the tag last, in IOB1, IOB2, BIOES or
BILOU; documents begin at -DOCSTART-, "# newdoc id = NAME", "#begin document (NAME)" or "###NAME"; a file without any of
these is one document. Where no column has the white space, words are joined by a space and sentences by a line end.
"""

from converters.conll.format import ConllFormat

__all__ = ["ConllFormat"]
