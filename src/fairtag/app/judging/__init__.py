"""How does what is stored come to be judged? One engine a store."""

from fairtag.app.judging.engine import Engine, clean_replay

__all__ = ["Engine", "clean_replay"]
