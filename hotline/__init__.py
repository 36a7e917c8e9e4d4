"""The counselling hotline's application: composes what `triage` decides and `models` remembers."""

__version__ = "0.1.0"
