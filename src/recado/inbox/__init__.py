"""Django app: what customers write back, kept before it is deleted from the phone."""
