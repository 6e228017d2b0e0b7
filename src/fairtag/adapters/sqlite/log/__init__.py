"""Where is the access log? In tables of the store, with its tree."""
