"""Pure computation: numbers in, numbers out; nothing here knows Django, the clock or a file."""
