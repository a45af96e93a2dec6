"""*Enviar SMS em lote*: one text for many mobiles, from a file, from RAs or from another room, checked before it goes out."""
