"""fairtag: an open electronic-monitoring platform. The rooms are listed in docs/house.md."""

__version__ = "0.1.0"
