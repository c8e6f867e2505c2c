"""The simulated A4 laser printer: answers IPP/2.0 (RFC 8010, RFC 8011, PWG 5100.12) and prints PDF pages over time.

`codec` is the encoding, `machine` paper, toner, cover and the jobs on their way through, `description` what the printer
says it is, `printer.IppPrinter` the operations: one request body in, one answer out. Pure: HTTP stands in
`hardware_sim.wires.http`, and time is a parameter of every call.
"""
