"""What a terminal does: sessions, identity, services, benefits, custody, audit.

The room of decisions. Everything here is plain Python over values: no Qt (the screen is a value, `kiosk.screen`), no
bytes of devices (drivers speak those) and no SQL (the store speaks that). The roof, `kiosk.app` and `kiosk.cli`, puts
the real parts together; it may import everything and nothing imports it.
"""
