"""Receipt printer over ESC/POS: what a receipt is, its bytes, the printer's state, and an honest print.

What stands on a receipt, its words and its masking are decided elsewhere. Nothing here sends data a second time by
itself, and nothing takes silence for "paper is fine".
"""
