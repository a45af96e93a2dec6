"""Who may use Recado, in which role, and what they did with it."""
