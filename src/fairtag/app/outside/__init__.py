"""Who is told for a wearer outside the pages: by the address that somebody gave."""
