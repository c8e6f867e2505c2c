"""Screens are tested without a display: offscreen platform, software renderer, set before Qt is imported."""

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QT_QUICK_BACKEND"] = "software"
os.environ["QT_ACCESSIBILITY"] = "1"
