"""Some weeks in the life of a company that does not exist, so that every screen has something to show.

    people     who asks: names made up, numbers (81) 90000-00NN, which nobody has
    agenda     what happens and when (pure: a seed and the time give the same weeks)
    fates      how the radio answers each send
    batches    one batch that went out, and one that waits for approval
    bills      bills prepared and not sent, and what customers thought of their requests
    users      who uses the screens: one for each role
    story      plays the agenda through the product's own operations, with past times, in one transaction

Nothing here writes a status or a protocol by itself: the rows are those that the real work leaves behind.
"""

from recado.cli.demonstration.story import Holdings, create_demonstration, holdings
from recado.cli.demonstration.users import USERS, create_users

__all__ = ["USERS", "Holdings", "create_demonstration", "create_users", "holdings"]
