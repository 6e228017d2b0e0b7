"""On which ground of law may a part be kept from the person whom it is about? A closed list.

Two people decide it for each part, and the wearer is told the part and the ground. Nothing here is
legal advice: an authority's own lawyers confirm the list before it is used.
Source: the provisions named; for the EU Regulation (EU) 2016/679 and Directive (EU) 2016/680.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fairtag.disclosure.refusals import DisclosureRefused

# By the gateway of the request: the ground as it is told, and what it needs.
GROUNDS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "access_gdpr": MappingProxyType(
            {
                "DPA 2018 Sch. 2 para. 16": "it tells about another person who has not agreed",
                "DPA 2018 Sch. 2 para. 2(1)": "it would prejudice preventing or detecting crime",
                "DPA 2018 Sch. 2 para. 4": "it would prejudice immigration control in this case",
                "DPA 2018 Sch. 2 para. 19": "it is legal advice, or confidential to a lawyer",
                "GDPR Art. 15(4)": "rights and freedoms of others, outside the United Kingdom",
            }
        ),
        "access_part3": MappingProxyType(
            {
                "DPA 2018 s. 45(4)(a)": "it would obstruct an inquiry, investigation or procedure",
                "DPA 2018 s. 45(4)(b)": "it would prejudice preventing or prosecuting offences",
                "DPA 2018 s. 45(4)(c)": "public security",
                "DPA 2018 s. 45(4)(d)": "national security",
                "DPA 2018 s. 45(4)(e)": "rights and freedoms of others",
                "Directive (EU) 2016/680 Art. 15(1)": "the same, outside the United Kingdom",
            }
        ),
    }
)


def demand_ground(gateway: str, ground: str) -> None:
    """Go on only with a ground on which access is restricted under this regime.

    Raises: DisclosureRefused.
    """
    if ground not in GROUNDS.get(gateway, {}):
        raise DisclosureRefused("choose the ground of law on which each part is withheld")
