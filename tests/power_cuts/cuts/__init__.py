"""What a power cut may leave of a folder, from a log of what was done to it. Only the tests of this folder use it."""
