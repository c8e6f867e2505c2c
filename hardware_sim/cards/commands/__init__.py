"""The card's commands, one small module each: a function from the card's core and a command to an answer.

A command changes nothing when it answers anything but success, except counters. Secure messaging and writing have
their own modules when they come; nothing of T=0 belongs here.
"""
