"""Is it one person on two pictures? Two files, no store, and what the machine would say."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from fairtag.adapters.faces.engines import DETECTORS, GROUP, REFERENCE_NAME, digest_of
from fairtag.adapters.faces.keeper import FacesApart
from fairtag.adapters.faces.limits import MOST_BYTES
from fairtag.cli.facing.evaluating import cohort_in
from fairtag.faces.capture.attacks import told as pad_told
from fairtag.faces.cohort.norm import Beside, beside
from fairtag.faces.cohort.people import Named
from fairtag.faces.model import EngineInfo, Reading, Refer, ThresholdProfile, Verdict
from fairtag.faces.refusals import PictureRefused
from fairtag.faces.strangers import KEY_BYTES
from fairtag.faces.threshold import admitted
from fairtag.faces.verdict import decide
from fairtag.terms.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Name = Annotated[str, typer.Option("--engine", help="An engine that `face engines` lists.")]
Allowed = Annotated[str, typer.Option(help="The digest of a plug-in that you agree to run.")]
Profile = Annotated[Path | None, typer.Option(help="A threshold profile, as JSON.")]
Approved = Annotated[str, typer.Option(help="The digest of the profile that people approved.")]
CohortFile = Annotated[
    Path | None, typer.Option("--cohort", help="The cohort that the profile was measured with.")
]
CAPTURE_MODE = "burst1-enrolled1"  # two files


def compare(  # noqa: PLR0917 - typer reads options from parameters
    enrolled: Annotated[Path, typer.Argument(help="A picture of the person.")],
    probe: Annotated[Path, typer.Argument(help="The picture to compare with it.")],
    profile: Profile = None,
    approved: Approved = "",
    cohort: CohortFile = None,
    engine: Name = REFERENCE_NAME,
    allowed: Allowed = "",
    is_json: AsJson = False,
) -> None:
    """Compare two pictures. Exit 0: match; 1: left to people, with the reason; 2: unreadable.

    A machine says 'match' only under a profile whose error rates were shown for single pictures and
    that people approved (charter G8); without one the answer is 'refer' with the score. The demo's
    profile decides in the demo only. A profile that was measured with a cohort decides beside that
    very file; the normalised score is told, and which of its people were near is not.
    """
    told_profile = None if profile is None else _profile(profile)
    named = None if cohort is None else cohort_in(cohort)
    if named is not None and (told_profile is None or not told_profile.cohort_sha256):
        raise UsageError("--cohort: give the --profile that was measured with it")
    with _engine(engine, allowed) as faces:
        may_decide = admit(told_profile, approved, faces.info(), named)
        faces.decoder.hello(), faces.engine.hello()  # loading is no part of a comparison
        begun = time.perf_counter()
        key = os.urandom(KEY_BYTES)  # both are turned alike, and nobody can compare them again
        readings = (_read(faces, enrolled, key), _read(faces, probe, key))
        near = None if named is None else beside(named, key=key)
        verdict = _verdict(*readings, profile=may_decide, cohort=near)
        took_ms = (time.perf_counter() - begun) * 1000
        told = _told(faces, readings, verdict, took_ms)
    typer.echo(msgspec.json.format(msgspec.json.encode(told)) if is_json else _table(told))
    if verdict.outcome != "match":
        raise typer.Exit(1)


def engines(is_json: AsJson = False) -> None:
    """List the engines that are installed, with the digests that `face_engines_allowed` names.

    Detectors of presentation attacks stand below them.
    """
    names = [REFERENCE_NAME, *(one.name for one in metadata.entry_points(group=GROUP))]
    told = {name: digest_of(name) for name in names}
    for one in metadata.entry_points(group=DETECTORS):
        told[f"{one.name} (attack detector)"] = digest_of(one.name, group=DETECTORS)
    if is_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(told)))
        return
    for name, digest in told.items():
        typer.echo(f"{name}  {digest}")


@contextmanager
def _engine(name: str, allowed: str) -> Iterator[FacesApart]:
    faces = FacesApart(engine=name, allowed=(allowed,), answer_s=60.0)
    try:
        yield faces
    finally:
        faces.close()


def _read(faces: FacesApart, path: Path, key: bytes) -> Reading:
    """Read one file.

    Raises: UsageError naming the file and what is wrong with it.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        return faces.read(faces.clean(raw), key=key)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except PictureRefused as error:
        raise UsageError(f"{path}: {error}") from error


def _profile(path: Path) -> ThresholdProfile:
    """Read a profile.

    Raises: UsageError.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=ThresholdProfile)
    except OSError as error:
        raise UsageError(f"--profile {path}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"--profile {path}: no threshold profile: {error}") from error


def admit(
    profile: ThresholdProfile | None, approved: str, engine: EngineInfo, cohort: Named | None
) -> ThresholdProfile | None:
    """Let a profile decide about two single files only through the gate, beside its own cohort.

    Fails: closed. Raises: ProfileRefused.
    """
    if profile is None:
        return None
    asked = {"approved": approved, "capture_mode": CAPTURE_MODE}
    return admitted(profile, **asked, engine=engine, cohort=cohort).profile


def _verdict(
    enrolled: Reading, probe: Reading, *, profile: ThresholdProfile | None, cohort: Beside | None
) -> Verdict:
    if enrolled.outcome != "one" or enrolled.template is None:
        return Verdict(outcome="refer", reason=Refer(_REASONS[enrolled.outcome]))
    return decide([enrolled.template], [probe], profile, mode="live", cohort=cohort)


_REASONS = {
    "one": Refer.ENGINE_ERROR,
    "no_face": Refer.NO_FACE,
    "many_faces": Refer.MANY_FACES,
    "poor_quality": Refer.POOR_QUALITY,
    "engine_error": Refer.ENGINE_ERROR,
}


def _told(
    faces: FacesApart, readings: tuple[Reading, Reading], verdict: Verdict, took_ms: float
) -> dict[str, Any]:
    return {
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "score": _rounded(verdict.score),
        "normalised": _rounded(verdict.normalised),
        "model": faces.info().name,
        "model_digest": faces.digest,
        "profile": verdict.profile,
        "pad": pad_told(None),
        "ms": round(took_ms, 1),
        "quality": {
            name: {
                "outcome": one.outcome,
                "advice": one.advice,
                "measures": {each.name: round(each.value, 4) for each in one.measures},
            }
            for name, one in zip(("enrolled", "probe"), readings, strict=True)
        },
    }


def _rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)


def _table(told: dict[str, Any]) -> str:
    lines = [
        f"outcome  {told['outcome']}" + (f" ({told['reason']})" if told["reason"] else ""),
        f"score    {'none' if told['score'] is None else told['score']}",
        *([] if told["normalised"] is None else [f"beside   {told['normalised']} spreads"]),
        f"model    {told['model']}  {told['model_digest']}",
        f"profile  {told['profile'] or 'none that may decide'}",
        f"pad      {told['pad']}",
        f"ms       {told['ms']}",
    ]
    for name, one in told["quality"].items():
        advice = f"; {', '.join(one['advice'])}" if one["advice"] else ""
        lines.append(f"{name}: {one['outcome']}{advice}")
        lines += [f"  {measure:28} {value:g}" for measure, value in one["measures"].items()]
    return "\n".join(lines)
