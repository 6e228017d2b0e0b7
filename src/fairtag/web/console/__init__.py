"""The door for officers: pages, live queue, staff API."""
