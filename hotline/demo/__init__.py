"""A demonstration agency, invented from end to end, with a simulated telephone network."""
