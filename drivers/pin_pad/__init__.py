"""Encrypting PIN pad (密码键盘, EPP) of the KMY350 / KMY3501 family: frames, commands, and the two ways to enter a PIN.

A bank's PIN leaves the pad as ciphertext only; the PIN of a social security card is typed in clear, because the card
wants it so, and goes straight into ``drivers.pin_buffer``. The two ways share no type. What must not come in: keys that
stay in the program, digits in results, errors or progress, and other makes' protocols (they get a room of their own).
"""
