"""One module a screen: the request in, the page out."""
