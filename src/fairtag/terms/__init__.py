"""What do the words mean? Ids, instants, local wall-clock windows, geometry, roles, errors."""
