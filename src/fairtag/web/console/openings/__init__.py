"""Pages about openings: other times, a second person, danger to life, interests."""

from fairtag.web.console.openings.show import delay_reasons, note_row, opened_view

__all__ = ["delay_reasons", "note_row", "opened_view"]
