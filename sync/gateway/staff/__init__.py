"""The gateway's own people: who they are, what each may do, the pages they work with, and the chain of what they did.

`handling.handle_staff` is a function of a request, the store, the clock and the door it came through. Accounts are made
at the console (`kiosk-gateway staff`), never over the network. No page shows a citizen's data, and no row of the audit
chain holds any: what a terminal sent stays with the `records` command.
"""
