"""Django app: what became of the messages of a period, counted for the supervisor.

A month of a large company has a hundred thousand messages, and its counts are asked for again and again; a day that is
over hardly changes. So each ended day is counted once, by a job (`keeping`), and the database itself notes when a
message of such a day changes (`touching`): until the job has counted it again, that day is counted on the spot, as
today is (`counting`). What is shown is therefore never older than what the messages say.
"""
