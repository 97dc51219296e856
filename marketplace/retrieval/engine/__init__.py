"""The inside of the Whoosh engine; other rooms use ``retrieval.index`` and ``retrieval.whoosh_index``."""
