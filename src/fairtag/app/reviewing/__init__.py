"""What people say of two pictures: dealt blind, looked at once, by two when it is adverse."""
