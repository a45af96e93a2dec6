"""Other systems that call Recado: each is a user of the role *Integração*, with tokens that say what they open."""
