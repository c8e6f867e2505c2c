"""The seeded mutator, every codec of drivers and simulators it is let loose on, and the bounds they must keep.

No test is in here, and nothing that only one codec needs.
"""
