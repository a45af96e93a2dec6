"""The long-running sender: one worker thread a phone, and its supervisor."""
