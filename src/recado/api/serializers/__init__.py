"""What the API takes and gives, one file a subject; the OpenAPI document is made from here."""
