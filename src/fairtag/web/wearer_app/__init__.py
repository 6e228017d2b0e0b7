"""The wearer's app under /app/: files for a phone or a watch; what it knows comes by /d/v1."""
