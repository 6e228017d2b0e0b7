"""The reference engine: three networks whose licences fit, run by OpenCV."""
