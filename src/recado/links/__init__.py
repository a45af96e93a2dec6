"""How bytes reach a phone: serial cable and TCP."""
