"""Scenario files: what happens in a hall, and when, as TOML; the same file and seed give the same hour again.

`scenario` is the file and its faults in words, `plan` turns it into moments (all chance from the seed), `playing` says
them to a station in time. What a phrase does must not come in here.
"""
