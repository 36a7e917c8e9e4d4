"""Tables of words: one module a subject, one table an enum of the vocabulary."""
