"""What people look at and decide: two pictures, an alert; what the wearer says, and is told."""
