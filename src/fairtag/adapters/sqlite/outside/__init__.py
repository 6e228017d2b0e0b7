"""Addresses outside the house, and the notices that go there."""
