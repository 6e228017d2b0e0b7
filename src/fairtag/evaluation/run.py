"""How are many wearer-months judged? One a task, spread over processes; only scores are kept."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fairtag.evaluation.case import Case, simulated
from fairtag.evaluation.judges import JUDGES, Judge
from fairtag.evaluation.scoring import Score, score


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One invented wearer for some days."""

    scenario: str
    number: int
    seed: int
    days: int
    is_daily: bool = False  # the scenario happens every day, not once


def tasks(
    scenarios: Iterable[str],
    *,
    seeds: Sequence[int],
    months: int,
    days: int,
    is_daily: bool = False,
) -> tuple[Task, ...]:
    """Share the months of each scenario out over the seeds; each is another wearer.

    Numbers run on over the seeds: a wearer's device goes by the number, so that all kinds come.
    """
    return tuple(
        Task(
            scenario=name,
            number=n + 1,
            seed=seeds[n % len(seeds)],
            days=days,
            is_daily=is_daily,
        )
        for name in scenarios
        for n in range(months)
    )


def score_case(case: Case, judges: Mapping[str, Judge] = JUDGES) -> list[Score]:
    """Judge a case by everyone."""
    return [score(case, name, judge(case)) for name, judge in judges.items()]


def score_task(task: Task) -> list[Score]:
    """Invent a wearer and judge the life by everyone."""
    case = simulated(
        task.scenario, task.number, seed=task.seed, days=task.days, is_daily=task.is_daily
    )
    return score_case(case)


def run(
    wanted: Sequence[Task], *, jobs: int, tell: Callable[[int], None] = lambda _: None
) -> list[Score]:
    """Score all tasks, in their order however many processes; `tell` is told how many are done."""
    found: list[Score] = []
    for n, scores in enumerate(_scored(wanted, jobs), start=1):
        found += scores
        tell(n)
    return found


def _scored(wanted: Sequence[Task], jobs: int) -> Iterator[list[Score]]:
    if jobs <= 1 or len(wanted) <= 1:
        yield from map(score_task, wanted)
        return
    # Fresh processes: a copy of one that has threads may hang.
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(jobs, len(wanted)), maxtasksperchild=200) as pool:
        yield from pool.imap(score_task, wanted)
