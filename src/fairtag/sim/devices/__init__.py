"""Invented devices: what receivers, mock apps and batteries make of a life."""
