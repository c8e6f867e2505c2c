"""The terminal's side: jobs that yield requests and are sent answers, and what runs them.

Jobs (upload, results, snapshot, revocations) know no socket and no clock; `http` is the only module that opens a
connection. What must not come in: SQL, keys in the clear, and anything of the gateway.
"""
