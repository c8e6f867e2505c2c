"""Barcode reader (扫码器) on a serial line: what a person shows to it, as checked text; the commands of three makes.

Here belongs how a code's characters reach us and what their own rules say (GS1). What a code means to the terminal (a
certificate, an electronic card) is decided elsewhere. Nothing scanned is kept, shown in a repr or logged.
"""
