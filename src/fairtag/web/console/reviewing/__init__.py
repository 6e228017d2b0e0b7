"""Pages on which people say what pictures show, and decide about alerts."""
