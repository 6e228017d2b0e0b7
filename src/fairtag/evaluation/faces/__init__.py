"""How often is a face matcher wrong, and about whom? Works on files, and opens no store."""
