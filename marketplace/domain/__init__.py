"""Pure rules of the field: standard library only, no database, no web, no clock of its own."""
