"""What can be done here? Ports, and one use case a file, named by its verb."""
