"""Suggesters besides the language model: a terminology, rules, and a spaCy pipeline.

    terms:drugs.csv           words and phrases of a table or an OBO ontology, with the entries that they stand for
    rules:rules.toml          regular expressions, tested by the examples in their file
    spacy:out/model-best      a trained pipeline, from a folder or an installed package

All have one protocol (`protocol.Suggester`): the text of a document goes in, mentions with confidence come out. What
they are made of is read and checked before any note is opened. `running` brings what they find into a project.
"""
