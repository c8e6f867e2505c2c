"""Social security cards (社会保障卡) in a PC/SC reader, with the terminal's PSAM beside it.

``session`` and ``pin`` hold the operations; ``monitor`` tells when cards and readers come and go. The rest is the
card's language: layouts declared once with their vectors beside them. Written from the sheet alone. What must not come
in: simulators, what a service does with a card, texts for people, and keys (the PSAM computes, the terminal never).
"""
