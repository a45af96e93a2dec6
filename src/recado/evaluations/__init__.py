"""Django app: what customers think of how their request was met, asked by e-mail when it is closed."""
