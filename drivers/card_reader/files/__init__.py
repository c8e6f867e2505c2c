"""The file tree of a social security card as data (sheet, sections 2–6): one declaration a file, its vector beside it.

``catalogue`` lists them all. A declaration says what is in a file, how it is coded, and who may read or write it; the
operations that do so are outside, in ``reading`` and ``writing``. What must not come in: commands, keys, regions' own
files (they are declared where the region is known), and texts for people: the meanings of codes are words for programs.
"""
