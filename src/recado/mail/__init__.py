"""Django app: e-mails that are kept before they are sent, handed to the company's server, and never sent twice."""
