"""The typefaces of the hall: screens, receipts and certificates show the same letters.

The repository carries no font. At set-up ``python -m kiosk.fonts build`` cuts *Hall Sans* (Regular and Bold,
TrueType outlines) from the installed Noto Sans CJK SC and puts Hanazono Mincho beside it for the characters of
rare names. ``locate()`` gives the paths back, or says what to run.

The family is renamed on purpose: a screen that asks for "Noto Sans CJK SC" gets whatever the machine has, and
the PDF writers then put Kangxi radicals into the text layer (人 as U+2F08).

What must not come in: drawing, layout, Qt, reportlab. This room knows files and which characters they hold.
"""

from kiosk.fonts.located import Face, Fonts, FontsMissingError, development_directory, locate

__all__ = ["Face", "Fonts", "FontsMissingError", "development_directory", "locate"]
