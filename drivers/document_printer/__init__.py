"""A4 printer over IPP: the codec of IPP 2.0, the printer's state, and a print that ends printed, failed or unknown.

A document goes to the printer byte for byte and once. What the document says, who may have it and how often is decided
elsewhere; HTTP itself lives in ``drivers.links.ipp``. The same driver prints through a queue of CUPS, and believes
it no more than a queue can know.
"""
