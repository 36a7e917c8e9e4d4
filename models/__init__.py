"""What the system remembers: typed tables and column types, knowing SQLAlchemy and no web."""
