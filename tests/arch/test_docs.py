"""What the documents name is there: rooms, verbs, commands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from typer.main import get_command

from fairtag.cli import COMMANDS, app

ROOT = Path(__file__).parents[2]
ROOMS = {path.name for path in (ROOT / "src" / "fairtag").iterdir() if path.is_dir()} - {
    "__pycache__"
}


def commands() -> set[str]:
    """List every command, such as 'order put'."""
    top: Any = get_command(app)
    found = set(COMMANDS)
    for name in COMMANDS:
        below = getattr(top.get_command(None, name), "commands", {})
        found |= {f"{name} {one}" for one in below}
    return found


def told(text: str) -> set[str]:
    """List what a text calls: `fairtag order put …` is 'order put', or else 'order'."""
    called = re.findall(r"\bfairtag ((?:[a-z-]+)(?: [a-z_|]+)?)", text)
    known = commands()
    return {one if one in known else one.partition(" ")[0] for one in called}


def test_the_house_page_names_every_room() -> None:
    page = (ROOT / "docs" / "house.md").read_text()
    assert {room for room in ROOMS if f"`{room}`" not in page and f"{room} ·" not in page} == set()


def test_the_readme_calls_only_commands_that_exist() -> None:
    lines = [
        line
        for line in (ROOT / "README.md").read_text().splitlines()
        if ".venv/bin/fairtag" in line or "`fairtag " in line
    ]
    assert lines
    assert told("\n".join(lines)) <= commands()


def test_run_alone_lists_its_verbs_and_refuses_others() -> None:
    run = [str(ROOT / "run")]
    listed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    wanted = {"demo", "test", "setup", "check", "golden", "mutate", "bench", "faults"}
    assert wanted <= set(re.findall(r"\./run ([a-z]+)", listed))
    refused = subprocess.run([*run, "nonsense"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "nonsense" in refused.stderr


def test_negative_control_a_command_that_is_not_there_is_noticed() -> None:
    assert not told("`.venv/bin/fairtag conquer world`") <= commands()


def test_a_command_loads_only_what_it_needs() -> None:
    """`order check` runs where no service does; it must not wait for one to load."""
    told = (
        "import sys, fairtag.cli as cli; cli._loaded('order'); "
        "print(*sorted({'fastapi', 'uvicorn', 'sqlalchemy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
