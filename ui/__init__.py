"""The screen: Qt Quick shows the terminal's state and sends back what the person asks for.

A `kiosk.screen.Screen` comes in, intents (`kiosk.intents`) and PIN keys go out; PySide6 lives here and nowhere else.
What must not come in: flow, time-outs, masking, retries, rules. A page never decides what comes next.
"""
