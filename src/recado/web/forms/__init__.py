"""One module a screen: what it asks for, and the sentences it refuses with."""
