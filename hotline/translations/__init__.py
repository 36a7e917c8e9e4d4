"""The catalogues of the languages, and the command that brings them up to date."""
