"""Read what a disclosure tells of check-ins, words, complaints, decisions, and what came of them.

What lies in the window is told with every later word on it: a second answer, a third look, a
decision that was set right. Callers log first. Units: µs UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from fairtag.alerts.model import Alert, AlertState
from fairtag.app.checkins.book import Answer
from fairtag.app.checkins.pause import HEALTH
from fairtag.app.deciding.basis import news
from fairtag.app.ports import Transaction
from fairtag.app.wearer.answered import alert_of
from fairtag.disclosure.account.model import (
    Account,
    AnswerTold,
    CheckInTold,
    ClosingTold,
    ComplaintTold,
    DecisionTold,
    EnrolledTold,
    Gone,
    LookTold,
    PauseTold,
    PictureTold,
    SaidTold,
)
from fairtag.disclosure.scope import Category, Scope
from fairtag.faces.model import ThresholdProfile
from fairtag.faces.verdict import digest as digest_of
from fairtag.review.complaints.model import BY_WEARER, Complaint, Step, stands_on
from fairtag.review.photos import PhotoReview
from fairtag.rules.finding import Kind
from fairtag.rules.prompts.model import Prompt
from fairtag.terms.errors import SealBroken
from fairtag.terms.instants import DAY, Micros
from fairtag.terms.local import Interval

_ALL = 10_000_000
_LONGEST = DAY  # no window to answer is longer
_REPORTS = frozenset({HEALTH, Kind.WEARER_HELP})


def account_of(tx: Transaction, scope: Scope) -> Account:
    """Read everything about check-ins, words, complaints and decisions that a scope reaches.

    What a key no longer opens is named in `gone`; the rest of its record stands.
    """
    reading = _Reading(tx, scope)
    check_ins = tuple(reading.check_ins())
    named = {one.profile for told in check_ins for one in told.answers}
    return Account(
        check_ins=check_ins,
        pauses=tuple(reading.pauses()),
        enrolled=tuple(reading.enrolled()),
        profiles=tuple(_profiles(tx, named)),
        said=tuple(sorted(reading.said(), key=lambda one: one.at)),
        decisions=tuple(reading.decisions()),
        closings=tuple(reading.closings()),
        complaints=tuple(reading.complaints()) if Category.COMPLAINTS in scope.told else (),
        pictures=tuple(reading.pictures(check_ins)) if Category.PHOTOS in scope.told else (),
        gone=tuple(dict.fromkeys(reading.gone)),
    )


def prompts_in(tx: Transaction, scope: Scope) -> list[Prompt]:
    """List the order's prompts whose time to answer touches the window."""
    window = scope.window
    near = Interval(start=Micros(window.start - _LONGEST), end=window.end)
    return [
        one
        for one in tx.prompts.about(scope.wearer_id, near)
        if one.order_id == scope.order_id and one.until > window.start
    ]


class _Reading:
    """One reading of one scope; it remembers what could not be opened any more."""

    def __init__(self, tx: Transaction, scope: Scope) -> None:
        self.gone: list[tuple[Gone, str]] = []
        self._tx = tx
        self._scope = scope
        self._prompts = prompts_in(tx, scope)
        self._alerts = [
            one
            for one in tx.alerts.listed(states=[*AlertState], limit=_ALL)
            if one.order_id == scope.order_id and one.began_at < scope.window.end
        ]

    def check_ins(self) -> Iterator[CheckInTold]:
        """Read each prompt with its answers and what people saw on them."""
        for prompt in self._prompts:
            answers = self._tx.answers.of_prompt(prompt.check_in_id)
            yield CheckInTold(prompt=prompt, answers=tuple(map(self._answer, answers)))

    def pauses(self) -> Iterator[PauseTold]:
        """Read the pauses that touch the window."""
        window = self._scope.window
        for one in self._tx.asking.pauses(self._scope.wearer_id):
            until = max(one.asked_again(), one.counts_again())
            if one.start < window.end and until > window.start:
                text = self._words(one.pause_id, self._tx.asking.pause_text)
                yield PauseTold(
                    kind=one.kind,
                    start=one.start,
                    asked_again=one.asked_again(),
                    counts_again=one.counts_again(),
                    recorded_at=one.recorded_at,
                    text=text,
                )

    def enrolled(self) -> Iterator[EnrolledTold]:
        """Read where enrolled pictures come from: those that were there in the window."""
        for one in self._tx.enrolments.listed(self._scope.wearer_id):
            if one.added_at < self._scope.window.end:
                yield EnrolledTold(
                    picture_id=one.picture_id,
                    source=one.source,
                    taken_at=one.taken_at,
                    added_at=one.added_at,
                    added_by=one.added_by,
                    measures=one.measures,
                    use=one.use,
                )

    def said(self) -> Iterator[SaidTold]:
        """Read what the wearer wrote: about these check-ins, what they contest, what harms them."""
        yield from self._statements()
        yield from self._contests()
        yield from self._reports()

    def decisions(self) -> Iterator[DecisionTold]:
        """Read every decision about what the window holds, also one that was set right since."""
        alerts = {one.alert_id: one for one in self._alerts}
        found = self._tx.decisions.decisions(wearer_id=self._scope.wearer_id)
        replaced = {one.follows for one in found}
        for one in found:
            if one.alert_id not in alerts or one.at < self._scope.window.start:
                continue
            whole = one
            try:
                reason, excuse = self._tx.decisions.reasons(one.decision_id)
                whole = replace(one, reason=reason, excuse=excuse)
            except SealBroken:
                self.gone.append(("words", one.decision_id))
            is_replaced = one.decision_id in replaced
            yield DecisionTold(
                decision=whole,
                about=alerts[one.alert_id].words.get("en", ""),
                is_replaced=is_replaced,
                is_open_again=not is_replaced and bool(news(self._tx, one)),
                has_reasons=whole is not one,
            )

    def closings(self) -> Iterator[ClosingTold]:
        """Read why alerts were closed: those that were open in the window or began in it."""
        for one in self._alerts:
            closed_at = one.closed_at
            is_in = closed_at is not None and closed_at >= self._scope.window.start
            if is_in and closed_at is not None and one.cause is not None:
                yield ClosingTold(
                    alert_id=one.alert_id,
                    kind=one.kind,
                    findings=one.findings,
                    began_at=one.began_at,
                    at=closed_at,
                    by=one.closed_by,
                    role=self._role(one.closed_by),
                    cause=one.cause.value,
                    reason=self._closing_reason(one),
                )

    def complaints(self) -> Iterator[ComplaintTold]:
        """Read complaints, oldest first: what is written about a day is written after it."""
        for one, steps in reversed(self._tx.complaints.listed(self._scope.wearer_id)):
            if one.order_id == self._scope.order_id and one.at >= self._scope.window.start:
                yield self._complaint(one, {step.what: step for step in steps}, steps)

    def pictures(self, check_ins: tuple[CheckInTold, ...]) -> Iterator[PictureTold]:
        """Open the pictures that are still there: of answers, and those they are compared with."""
        for one in (answer for told in check_ins for answer in told.answers if answer.frames):
            try:
                opened = self._tx.answers.pictures(one.answer_id)
            except SealBroken:
                self.gone.append(("picture", one.answer_id))
                continue
            for place, raw in enumerate(opened):
                yield PictureTold(of=one.answer_id, place=place, raw=raw)
        known = {one.picture_id for one in self.enrolled()}
        for name, raw in self._tx.enrolments.kept(self._scope.wearer_id):
            if name in known:
                yield PictureTold(of=name, place=0, raw=raw)

    def _answer(self, answer: Answer) -> AnswerTold:
        case = self._tx.photo_reviews.of_answer(answer.answer_id)
        looks = [] if case is None else self._tx.photo_reviews.reviews(case.case_id)
        return AnswerTold(
            answer_id=answer.answer_id,
            captured_at=answer.captured_at,
            received_at=answer.received_at,
            timing=answer.timing,
            doubts=answer.doubts,
            frames=answer.frames,
            result=answer.result,
            reason=answer.reason,
            score=answer.score,
            profile=answer.profile,
            engine=answer.engine,
            pad=answer.pad,
            measures=answer.measures,
            is_sampled=answer.is_sampled,
            people=self._tx.answers.outcome(answer.answer_id),
            looks=tuple(map(self._look, looks)),
        )

    def _look(self, one: PhotoReview) -> LookTold:
        return LookTold(
            by=one.by,
            role=self._role(one.by),
            at=one.at,
            outcome=one.outcome,
            settles=one.settles,
            sign_off=one.sign_off,
            note=self._words(one.review_id, self._tx.photo_reviews.note),
        )

    def _statements(self) -> Iterator[SaidTold]:
        wanted = {one.check_in_id for one in self._prompts}
        for one in self._tx.decisions.statements(order_id=self._scope.order_id):
            if one.check_in_id in wanted:
                yield SaidTold(
                    what="statement",
                    ref=one.statement_id,
                    at=one.at,
                    check_in_id=one.check_in_id,
                    alert_id=None,
                    answered_at=None,
                    text=self._words(one.statement_id, self._tx.decisions.words),
                )

    def _contests(self) -> Iterator[SaidTold]:
        """Read contests: what is written about a day is written after it."""
        for one in self._tx.contests.about(self._scope.wearer_id):
            if one.order_id == self._scope.order_id and one.at >= self._scope.window.start:
                alert = alert_of(self._tx, one)
                yield SaidTold(
                    what="contest",
                    ref=one.contest_id,
                    at=one.at,
                    check_in_id=None,
                    alert_id=one.alert_id,
                    answered_at=None if alert is None else alert.closed_at,
                    text=self._words(one.contest_id, self._tx.contests.text),
                )

    def _reports(self) -> Iterator[SaidTold]:
        """Read calls for help and reports of harm: their words stand with their alert."""
        for alert in self._alerts:
            if alert.kind not in _REPORTS or alert.raised_at < self._scope.window.start:
                continue
            for what, at, text in self._acts(alert):
                if what == "joined" and text != "":
                    yield SaidTold(
                        what="report",
                        ref=alert.alert_id,
                        at=at,
                        check_in_id=None,
                        alert_id=alert.alert_id,
                        answered_at=alert.closed_at,
                        text=text,
                    )

    def _complaint(
        self, one: Complaint, by_what: dict[str, Step], steps: tuple[Step, ...]
    ) -> ComplaintTold:
        stands = stands_on(one, steps, one.received_on)
        came, answer = by_what.get("acknowledged"), by_what.get("answered")
        own = one.at if one.how in BY_WEARER else None
        return ComplaintTold(
            complaint_id=one.complaint_id,
            received_on=one.received_on,
            how=one.how,
            at=one.at,
            by=one.by,
            about=stands.about,
            answer_by=stands.answer_by,
            acknowledged_at=own if came is None else came.at,
            answered_at=None if answer is None else answer.at,
            answered_by=None if answer is None else answer.by,
            outcome=None if answer is None else answer.outcome,
            text=self._words(one.complaint_id, self._tx.complaints.complained),
            answer=None if answer is None else self._words(one.complaint_id, self._answered),
        )

    def _answered(self, complaint_id: str) -> str:
        return self._tx.complaints.replied(complaint_id)["answered"]

    def _closing_reason(self, alert: Alert) -> str | None:
        told = [reason for what, _, reason in self._acts(alert) if what == "closed"]
        return told[-1] if told else ""

    def _acts(self, alert: Alert) -> list[tuple[str, Micros, str | None]]:
        """Give what happened to an alert; words that nobody can open any more are None."""
        try:
            return [(one.what, one.at, one.reason) for one in self._tx.alerts.acts(alert.alert_id)]
        except SealBroken:
            self.gone.append(("words", alert.alert_id))
            bare = self._tx.alerts.acts(alert.alert_id, bare=True)
            return [(one.what, one.at, None) for one in bare]

    def _words(self, ref: str, opens: Callable[[str], str]) -> str | None:
        try:
            return opens(ref)
        except SealBroken:
            self.gone.append(("words", ref))
            return None

    def _role(self, by: str | None) -> str:
        known = None if by is None else self._tx.people.by_name(by)
        return "machine" if known is None else known[0].role


def _profiles(tx: Transaction, named: set[str | None]) -> Iterator[ThresholdProfile]:
    """Give the profiles that answers name, and the one that is in force, each once."""
    current = tx.profiles.current()
    seen: set[str] = set()
    for kept in tx.profiles.listed():
        if kept.profile is None:
            continue
        name = digest_of(kept.profile)
        if name not in seen and (name in named or kept == current):
            seen.add(name)
            yield kept.profile
