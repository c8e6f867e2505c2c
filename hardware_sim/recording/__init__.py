"""What passed on the wires: shown while it happens, kept on request, and asked again of fresh devices.

`wire_log` cuts and explains what the taps hear, `file` is the form on disk (NDJSON), `recorder` writes it, `memory`
holds the devices on wires of memory, `replay` asks them the same again, `served` plays one recorded device on a line.
Secrets are blanked by the devices' decoders before anything comes in here; no raw byte of a wire may.
"""
