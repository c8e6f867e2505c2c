"""One thin object a page between a `Screen` and QML: fold, derive, swap, emit only what changed.

A view model holds the page's sentences and numbers while the page is shown, and blanks at any other time; it asks for
nothing by itself. What must not come in: flow, sums, masks, and one view model importing another.
"""
