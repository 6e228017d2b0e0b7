"""On which ground of law may something leave? A closed list; each with where it is written.

A gateway permits; it decides nothing. Whether to disclose, and how little, is a person's decision.
Nothing here is legal advice: an authority's own lawyers confirm the list before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a body is."""

    HOME_OFFICE = "home_office"
    JUSTICE = "justice"  # Ministry of Justice, HMPPS, probation
    POLICE = "police"
    COURT = "court"
    TRIBUNAL = "tribunal"
    CORONER = "coroner"
    REGULATOR = "regulator"  # such as the Information Commissioner
    LAWYER = "lawyer"  # of the wearer
    WEARER = "wearer"  # who asks for what is held about themselves


WEARERS_SIDE = frozenset({Kind.LAWYER, Kind.WEARER})
JUDGES = frozenset({Kind.COURT, Kind.TRIBUNAL, Kind.CORONER})
AUTHORITIES = frozenset({Kind.HOME_OFFICE, Kind.JUSTICE, Kind.POLICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """One ground of law."""

    title: str
    source: str
    kinds: frozenset[Kind]
    wants: str  # what whoever asks must show


GATEWAYS: Mapping[str, Gateway] = MappingProxyType(
    {
        "court_order": Gateway(
            title="Order of a court, tribunal or coroner",
            source="DPA 2018 Sch. 2 para. 5(2); coroners: Coroners and Justice Act 2009 Sch. 5",
            kinds=JUDGES | AUTHORITIES | {Kind.LAWYER, Kind.REGULATOR},
            wants="the order or notice itself: its court, number and date",
        ),
        "proceedings": Gateway(
            title="Legal proceedings, legal advice, legal rights",
            source="DPA 2018 Sch. 2 para. 5(3)",
            kinds=JUDGES | AUTHORITIES | {Kind.LAWYER},
            wants="the proceedings and what the data are needed for in them",
        ),
        "criminal_proceedings": Gateway(
            title="Disclosure in criminal proceedings",
            source="Criminal Procedure and Investigations Act 1996; Criminal Procedure Rules",
            kinds=frozenset({Kind.POLICE, Kind.COURT, Kind.LAWYER, Kind.JUSTICE}),
            wants="the case number, and who prosecutes or defends",
        ),
        "crime": Gateway(
            title="Prevention or detection of crime",
            source="DPA 2018 Sch. 2 para. 2(1)",
            kinds=AUTHORITIES,
            wants="the signed request: the offence, why the data are needed, why not less",
        ),
        "law_enforcement": Gateway(
            title="Law enforcement purpose of a competent authority",
            source="DPA 2018 Part 3 ss. 35, 36",
            kinds=AUTHORITIES | {Kind.COURT},
            wants="the purpose, and the law that authorises the further use",
        ),
        "supervision": Gateway(
            title="Duties of the authority that made the order",
            source="the legal basis of the order itself; DPA 2018 s. 8 or s. 35(2)",
            kinds=frozenset({Kind.HOME_OFFICE, Kind.JUSTICE}),
            wants="the decision about the order for which the data are needed",
        ),
        "regulator": Gateway(
            title="A regulator's powers",
            source="DPA 2018 s. 62(5), s. 142",
            kinds=frozenset({Kind.REGULATOR}),
            wants="the notice or request, and what it covers",
        ),
        "access_gdpr": Gateway(
            title="Access by the person the data are about",
            source="UK GDPR Art. 15",
            kinds=WEARERS_SIDE,
            wants="who asks is the wearer, or acts for the wearer in writing",
        ),
        "access_part3": Gateway(
            title="Access by the person the data are about (law enforcement)",
            source="DPA 2018 s. 45",
            kinds=WEARERS_SIDE,
            wants="who asks is the wearer, or acts for the wearer in writing",
        ),
    }
)
