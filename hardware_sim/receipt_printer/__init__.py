"""The simulated receipt printer: an 80 mm thermal printer that understands ESC/POS and Chinese text in GB18030.

`printer.ReceiptPrinter` is the device (bytes in, bytes out, seconds taken); `stream` cuts bytes into commands,
`composer` turns commands into a strip of paper, `ticket` is what was cut off, `picture` shows it. All but `picture`
and `fonts` (which look for a font file) are pure. No tty, no thread and no clock may come in here.
"""
