"""Which ways lead out of the house, what may each carry, and who decides? All of them.

A way that is not here fails the build (`tests/arch/test_egress.py`): a new module that opens a
line, writes a file, answers, prints, logs or counts has to say here what it carries.
Source: charter G10.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """By which means something leaves."""

    NETWORK = "network"
    FILE = "file"
    PRINT = "print"
    LOG = "log"
    METRIC = "metric"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way out. `by` names module and function; a module alone stands for all in it."""

    name: str
    how: How
    by: tuple[str, ...]
    carries: str
    decides: str
    is_personal: bool = False  # it may carry what is about a person beyond a reference
    is_sealed: bool = False  # nobody can read it without a key that is elsewhere
    is_to_signed_in: bool = False  # it answers somebody whose role allows it, and is logged


_NOBODY = "nobody: it happens by itself, and so it carries nothing personal"
_HOST = "whoever may run commands on the machine; the access log names them as cli"

_WORLD = (
    Way(
        name="mail",
        how=How.NETWORK,
        by=("adapters/notify.py:MailNotifier",),
        carries="a random reference, the urgency, a link: to staff, wearers, representatives",
        decides=_NOBODY,
    ),
    Way(
        name="webhook",
        how=How.NETWORK,
        by=("adapters/notify.py:WebhookNotifier",),
        carries="a random reference, the urgency, a link; signed: to the same people",
        decides=_NOBODY,
    ),
    Way(
        name="checkpoints of the access log",
        how=How.NETWORK,
        by=(
            "adapters/logproof/signing.py:SocketSigner",
            "adapters/logproof/witnesses.py:HttpWitness",
        ),
        carries="a number of entries, a hash, signatures",
        decides=_NOBODY,
    ),
    Way(
        name="root key in a Vault",
        how=How.NETWORK,
        by=("adapters/roots/transit.py:TransitRoot",),
        carries="keys of authorities to be wrapped, over TLS; nothing that they seal",
        decides="whoever sets the root key up",
    ),
    Way(
        name="the process in front of the device door",
        how=How.NETWORK,
        by=(
            "web/porch/porter.py:_Porch",
            "web/porch/stand.py:Stand",
            "web/porch/stand.py:main",
        ),
        carries="what a device itself sent, and its answer; a child of this machine",
        decides="whoever runs the service",
    ),
    Way(
        name="rehearsal",
        how=How.NETWORK,
        by=("sim/players.py:_speak", "sim/portraits/answering.py:answer_prompts"),
        carries="invented messages and drawn faces to this machine's own device door",
        decides=_HOST,
    ),
    Way(
        name="this machine asking itself",
        how=How.NETWORK,
        by=(
            "cli/bench.py:_latency",
            "cli/bench.py:_service",
            "cli/bench.py:_wait",
            "cli/demo.py:_demand_free",
            "cli/demo.py:_is_up",
        ),
        carries="invented messages, or nothing: is a port free, is the service up",
        decides=_HOST,
    ),
)
_ANSWERS = (
    Way(
        name="device inbox and receipts",
        how=How.ANSWER,
        by=("web/device_api/app.py:DeviceDoor",),
        carries="numbers of what was stored, the server's time; of an answer its receipt and what "
        "would help, never a score and never whose face it was; to the wearer's own device "
        "prompts, the order in times, check-ins, the answers to their own complaints and whose "
        "they are: no name and no place",
        decides="an officer, who gives the wearer a device with its credential",
        is_personal=True,
        is_to_signed_in=True,
    ),
    Way(
        name="pages",
        how=How.ANSWER,
        by=(
            "web/console/alert_pages.py",
            "web/console/asking/pages.py",
            "web/console/door.py",
            "web/console/complaining/pages.py",
            "web/console/enrolling/pages.py",
            "web/console/openings",
            "web/console/outside/pages.py",
            "web/console/queue_pages.py",
            "web/console/refusals.py",
            "web/console/retention/pages.py",
            "web/console/reviewing",
            "web/console/shell.py",
        ),
        carries="references, kinds, times; name and positions after a logged opening",
        decides="the member of staff who opens, within `custody.opening`",
        is_personal=True,
        is_to_signed_in=True,
    ),
    Way(
        name="the wearer's own page",
        how=How.ANSWER,
        by=("web/portal/app.py",),
        carries="who looked and why, what was disclosed, the order: to the wearer",
        decides="an officer, who gives the wearer a one-time code",
        is_personal=True,
        is_to_signed_in=True,
    ),
    Way(
        name="the wearer's app",
        how=How.ANSWER,
        by=("web/wearer_app/app.py",),
        carries="the app's files and words, the same for everybody",
        decides=_NOBODY,
    ),
    Way(
        name="staff API and the feed /api/v1/findings",
        how=How.ANSWER,
        by=("web/console/api.py",),
        carries="findings, alerts, orders' references: no place and no name",
        decides="the role of whoever asks",
    ),
    Way(
        name="static and public pages",
        how=How.ANSWER,
        by=("web/console/app.py", "web/console/charter/pages.py", "web/guards.py"),
        carries="the charter, the rule, style sheets, refusals",
        decides=_NOBODY,
    ),
    Way(
        name="health",
        how=How.ANSWER,
        by=("web/ops.py:ops",),
        carries="whether parts work, as words from a list",
        decides=_NOBODY,
    ),
    Way(
        name="disclosures",
        how=How.ANSWER,
        by=("web/console/disclosing",),
        carries="a sealed package, once; in an emergency the minimum, to be read out",
        decides="two people; in an emergency one, reviewed by another within 24 hours",
        is_personal=True,
        is_to_signed_in=True,
    ),
)
_FILES = (
    Way(
        name="disclosure package",
        how=How.FILE,
        by=(
            "adapters/parcels/archive.py:pack",
            "adapters/parcels/folder.py:FolderParcels",
        ),
        carries="exactly the scope that two people agreed to",
        decides="an officer with a reason, and a second person",
        is_personal=True,
        is_sealed=True,
    ),
    Way(
        name="opened package",
        how=How.FILE,
        by=("cli/disclosing/opened.py:write_out",),
        carries="a package in clear, in its recipient's own folder",
        decides="the recipient, who holds the key; it is outside this house already",
    ),
    Way(
        name="recipient's key",
        how=How.FILE,
        by=("cli/disclosing/commands.py:key",),
        carries="a new secret of the recipient's own, on the recipient's machine",
        decides="the recipient",
    ),
    Way(
        name="backup and restore",
        how=How.FILE,
        by=(
            "adapters/durable.py:created",
            "adapters/sqlite/copies.py:copy_out",
        ),
        carries="sealed rows, the log; no keys",
        decides=_HOST,
        is_personal=True,
        is_sealed=True,
    ),
    Way(
        name="store",
        how=How.FILE,
        by=("adapters/sqlite/store.py:SqliteStore", "adapters/alone.py:alone"),
        carries="sealed rows in the data folder",
        decides=_NOBODY,
        is_personal=True,
        is_sealed=True,
    ),
    Way(
        name="keystore",
        how=How.FILE,
        by=(
            "adapters/keys/file.py:opened",
            "adapters/roots/file.py:write_root",
        ),
        carries="keys under the root key, in a folder of their own; a rehearsal's root key",
        decides=_NOBODY,
    ),
    Way(
        name="pictures to and from the processes that look at them",
        how=How.FILE,
        by=("adapters/faces/decode.py:cleaned", "adapters/faces/decode.py:decoder"),
        carries="pixels in memory, without any reference, by a pipe that only the service reads",
        decides=_NOBODY,
    ),
    Way(
        name="copy of the keystore",
        how=How.FILE,
        by=("adapters/keys/copies.py:copy_out",),
        carries="wrapped keys, sealed under a key of the week that dies within 30 days",
        decides=_HOST,
        is_sealed=True,
    ),
    Way(
        name="what the log's signer remembers",
        how=How.FILE,
        by=("adapters/logproof/signer.py:replace_file",),
        carries="the newest checkpoint and the signer's own key",
        decides=_NOBODY,
    ),
    Way(
        name="access log for others to check",
        how=How.FILE,
        by=("cli/log/audit.py:export",),
        carries="entries, checkpoints: references and codes; texts stay sealed",
        decides=_HOST,
    ),
    Way(
        name="access log's second sink",
        how=How.FILE,
        by=("adapters/spool.py:Spool",),
        carries="entries: references and codes",
        decides=_NOBODY,
    ),
    Way(
        name="a matcher's error rates",
        how=How.FILE,
        by=(
            "cli/facing/card.py:card",
            "cli/facing/cohorts.py:make",
            "cli/facing/evaluating.py:_write",
            "evaluation/faces/telling/plots.py:draw",
            "evaluation/faces/signing.py:key_at",
            "evaluation/faces/signing.py:sign",
        ),
        carries="counts about a list of pictures that the caller has, and numbers of the faces in "
        "them (a cohort); opens no store, names nobody",
        decides="whoever holds the pictures",
    ),
    Way(
        name="demo, simulation, benchmarks, evaluation",
        how=How.FILE,
        by=(
            "cli/bench.py:bench",
            "cli/demo.py:_folder",
            "cli/demo.py:_write",
            "cli/evaluate.py:evaluate",
            "cli/facing/timing.py:_jpeg",
            "cli/simulate.py:_write",
            "evaluation/telling/plots.py:draw",
            "cli/simulate.py:simulate",
            "sim/portraits/bursts.py:taken",
        ),
        carries="invented people and numbers about them",
        decides=_HOST,
    ),
)
_WORDS = (
    Way(
        name="what commands print",
        how=How.PRINT,
        by=(
            "cli/__init__.py",
            "cli/bench.py",
            "cli/demo.py",
            "cli/device.py",
            "cli/disclosing/commands.py",
            "cli/duty.py",
            "cli/ending/retention.py",
            "cli/enrolling/again.py",
            "cli/evaluate.py",
            "cli/facing",
            "cli/keeping.py",
            "cli/log/audit.py",
            "cli/order.py",
            "cli/people/wearer.py",
            "cli/serve.py",
            "cli/simulate.py",
            "cli/user.py",
        ),
        carries="references, states, counts; a credential once, to whoever made it",
        decides=_HOST,
    ),
    Way(
        name="ceremonies of the root key",
        how=How.PRINT,
        by=("cli/keys/commands.py",),
        carries="states; shares of the root key once, each for its keeper",
        decides=_HOST,
    ),
    Way(
        name="judging by hand",
        how=How.PRINT,
        by=("cli/judge.py",),
        carries="findings, and places of a file that the caller has already; opens no store",
        decides="whoever holds the file",
    ),
    Way(
        name="log lines",
        how=How.LOG,
        by=(
            "app/retention/finish.py:finish",
            "app/run_service.py:_tried",
            "terms/compiled.py:_tell",
            "web/guards.py:NoTraceback",
        ),
        carries="codes, references, times: no text that anybody wrote",
        decides=_NOBODY,
    ),
    Way(
        name="metrics",
        how=How.METRIC,
        by=("web/ops.py:_metrics",),
        carries="counts; labels from a list",
        decides=_NOBODY,
    ),
)
WAYS: tuple[Way, ...] = (*_WORLD, *_ANSWERS, *_FILES, *_WORDS)
