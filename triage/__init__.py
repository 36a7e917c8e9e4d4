"""Decides how soon somebody should respond. Pure: no web, no database; imports nothing here on purpose."""
