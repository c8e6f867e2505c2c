"""The central platform's door: it takes what terminals send, answers them, and lets anybody check a certificate.

The core is `handle(request, store, clock, centre)`, a function of values; FastAPI, SQLite and uvicorn stand around it.
Of the rest of the project only `sync.protocol`, `offline_store.schema` and `offline_store.chain` may come in here: the
door must never share code with the terminal it judges.
"""
