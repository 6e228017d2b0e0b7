"""What does the rule say to people? Texts made from the published record, number by number.

So rule and text can't part: whoever changes a number changes what is told of it.
"""

from fairtag.rules.explained.paragraph import Paragraph, as_text
from fairtag.rules.explained.people import officer_help, wearer_text
from fairtag.rules.explained.record import FORMAT, Published, Row, as_page, head, published, rows
from fairtag.rules.explained.rule import rule_text

__all__ = [
    "FORMAT",
    "Paragraph",
    "Published",
    "Row",
    "as_page",
    "as_text",
    "head",
    "officer_help",
    "published",
    "rows",
    "rule_text",
    "wearer_text",
]
