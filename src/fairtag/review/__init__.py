"""What did a person decide? So far: what two people decide together, and who may be the second."""
