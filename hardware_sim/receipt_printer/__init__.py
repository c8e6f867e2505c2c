"""The simulated receipt printer: an 80 mm thermal printer that understands ESC/POS and Chinese text in GB18030.

`printer.ReceiptPrinter` is the device (bytes in, bytes out, seconds taken); `stream` cuts bytes into commands,
`composer` turns commands into a strip of paper, `ticket` is what was cut off, `mouth` where it comes out, `condition`
what is wrong and the status bytes for it, `picture` shows a ticket. All but `picture` and `fonts` (which look for a
font file) are pure. No tty, no thread and no clock may come in here.
"""
