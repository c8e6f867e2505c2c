"""What terminal and centre agree on: messages, signatures, sealing, enrolment, packages, certificate codes.

Pure values and functions; time, chance and keys are handed in. No socket, no file, no framework may come in here, so
that both ends, the tests and the papers process can import it without a network library.
"""
