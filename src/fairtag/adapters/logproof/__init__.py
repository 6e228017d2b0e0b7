"""Who signs and witnesses the access log? A process of its own here, and others outside."""
