"""Reading a GSAN: RAs opened, reiterated and closed there become messages here, and nothing in GSAN is changed for it.

What drives the reader is `ra_solicitante`, by its key: every opening and every reiteration adds a row there, the key
comes from a sequence, and reading by it needs no other index. The RA's own number would not do, for a company may give
numbers by hand, nor its time, which an attendant may date back. A closing leaves no indexed trace at all; so the RAs
that are open are remembered here and looked up by their key (`passes`).

GSAN's rows are not copied: a company has one place where an RA is opened and closed. What Recado keeps of it are the
messages, with protocol and RA number, which is what *O cliente recebeu?* looks for.
"""
