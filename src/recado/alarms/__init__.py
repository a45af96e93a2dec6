"""Django app: telling IT by e-mail and webhook, once, that something stands still, and once that it is over."""
