"""What a recipient does with a package, by hand and offline."""
