"""Django app: telling customers of their bills by SMS and e-mail: parameters, bills, prepare, transmit, return."""
