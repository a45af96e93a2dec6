"""What became of a message, and what customers answer, told to other systems by signed POSTs (Standard Webhooks).

happening   one row an event, in the transaction of what happened: nothing is told that was undone, nothing missed
fanning     a job makes of each event one delivery for each endpoint that wants it
delivering  a job posts them: in order for each message, again with back-off for a day
reaching    the POST itself, to public addresses only unless the operator allows others
"""
