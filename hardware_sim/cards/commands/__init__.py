"""The card's commands, one small module each: a function from the card's core and a command to an answer.

A command decides everything first and writes last, in one step, so that a card pulled inside it is found in the state
before or after. Nothing of a link layer belongs here.
"""
