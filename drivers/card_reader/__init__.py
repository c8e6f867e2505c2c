"""Social security cards (社会保障卡) in a PC/SC reader, with the terminal's PSAM beside it.

Operations: ``session`` reads and checks a card, ``pin`` its PIN, ``reading`` and ``writing`` its files (declared in
``files``), ``medical_account`` its money, ``secure_messaging`` unblocks and blocks, ``certificate_environment`` and
``bank_card`` the other environments on the chip. Keys are used through a ``key_service``: the PSAM (``psam_keys``),
or the centre's HSM (``hsm``). ``monitor`` tells when cards and readers come and go; ``national_codes`` are the codes
others have for our faults. The rest is the card's language: layouts declared once with their vectors beside them.

Written from the sheet alone. What must not come in: simulators, what a service does with a card, texts for people, and
keys: the terminal has none (``software_keys`` computes with those it is handed, for vectors and tests).
"""
