"""What is said of a mention or of a document: the use-cases of facts."""
