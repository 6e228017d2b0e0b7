"""What may a form of these pages send? Lines and texts, each with an end."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form

Words = Annotated[str, Form(max_length=2000)]
Line = Annotated[str, Form(max_length=200)]
Lines = Annotated[list[str] | None, Form(max_length=20)]
