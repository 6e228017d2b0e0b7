"""A witness for access logs: keeps the newest checkpoint and refuses what does not continue it.

It stands alone: Python's own library and `cryptography`, nothing of fairtag. Whoever runs it need
not trust, install or read the monitoring service.
"""
