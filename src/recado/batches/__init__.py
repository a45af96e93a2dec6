"""*Enviar SMS em lote*: one text for many mobiles, from a file, RAs or another room, checked before it goes out."""
