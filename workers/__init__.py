"""Pure computing for CVD-MIS: no web framework, no task queue, no database."""
