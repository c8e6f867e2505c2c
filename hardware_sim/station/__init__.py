"""The station: all simulated devices of one terminal, up together, told by people and programs what happens to them.

`station.Station` holds devices and wires, `phrases` is the whole vocabulary as one table, `control` the socket it is
spoken through, `running` the life of the process (one per state directory). The truth about every device lives in this
process and in its files; the program under test keeps none of it. No device's behaviour may come in here.
"""
