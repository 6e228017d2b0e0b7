"""The access log by hand."""
