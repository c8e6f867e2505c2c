"""One examination for each class of device: an operation that asks, times and judges its answers, and repeats nothing.

What must not come in: wires and settings (the lane and the driver are handed in), sentences, anything about a person.
"""
