"""The simulated bar-code and QR reader on a serial line, in three makes: Newland, Honeywell, GM65.

`reader.BarcodeReader` is the device; `newland`, `honeywell` and `gm65` are what each make understands, `gs1` writes
element strings as a reader sends them, `meaning` explains the bytes. Pure: no tty, no thread, no clock of its own.
What a scanned text is for must not come in here.
"""
