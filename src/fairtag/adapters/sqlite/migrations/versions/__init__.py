"""Which steps are there? One file each; a released step is never edited."""
