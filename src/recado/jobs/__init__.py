"""The work that is no phone's: reading files, preparing bills, e-mails, events for other systems.

It runs in a process of its own (`recado jobs`), so that no SMS waits for it. Each kind of work is a `Job`: a function
that does one unit and says whether more is waiting. What a job has to do is in the database before it begins, and each
unit ends in one transaction: a process that dies is started again and goes on.
"""
