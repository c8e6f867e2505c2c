"""The small closed language of rules: read by Python's own parser, checked for types, compiled once to closures.

An expression has a type (flag, count, number, month, day, choice) and three-valued truth; unknown is None. There is no
way out of it: no call but the named functions, no attribute but a parameter's field, no loop, nothing evaluated as
Python. What must not come in: rules, facts, texts.
"""
