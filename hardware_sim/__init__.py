"""The devices, when there are none: the same bytes on the same wires as the real ones.

A simulated device obeys the specification more strictly than hardware does, keeps its state outside the program under
test, and can be told from outside to misbehave. Pure devices (bytes in, bytes out, and the time they take) live in
folders by class; thin wires (PC/SC, pseudo terminals, HTTP) stand around them.

Nothing of the terminal may come in: this room imports none of the others, so that a mistake in a driver is caught by a
second, independent reading of the specification.
"""
