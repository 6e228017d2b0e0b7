"""What was measured on the reference engine before, on more people than a report's own data?

LFW, deep-funneled, View-2: 7,701 pictures of 4,281 people, 29.6 million impostor pairs; same-group
pairs by the group that a machine guessed with confidence 0.7 or more (white 1,416 people, Black
234, Asian 194). Figures as they were written down, with bootstrap intervals over people; counts of
single errors were not kept. Source: the research that chose the engine, sections 3 and 4.
"""

from __future__ import annotations

HEADS = ("Threshold (overall FMR)", "white", "Black", "Asian", "worst to white")
SAME_GROUP_FMR = (
    (
        *("0.9285 (0.001)", "0.13 % [0.11, 0.15]", "2.3 % [1.7, 3.1]", "9.6 % [7.2, 13]"),
        "73 times",
    ),
    (
        *("0.9428 (0.0001)", "0.0066 % [0.0049, 0.009]", "0.27 % [0.14, 0.42]", "2 % [1.3, 3]"),
        "300 times",
    ),
)
FNMR_HEADS = ("FNMR at 0.9285", "white", "Black", "Asian", "men", "women")
FNMR = (("of people", "4.8 %", "2.1 % (64 people)", "1.5 % (59 people)", "5.9 %", "3.6 %"),)
SEX_HEADS = ("Same-sex FMR at 0.9285", "men", "women", "Black women", "Asian men", "Asian women")
SEX = (("of pairs", "0.12 %", "0.41 %", "7.1 % (38 people)", "14 %", "13 % (51 people)"),)
BURST_HEADS = ("Three enrolled, best of three", "FNMR", "FMR overall", "Black", "Asian")
BURST = (
    ("0.957 (the demo's)", "0 of 201, at most 1.5 %", "0.006 %", "2 of 306", "1.8 % of 870"),
    ("0.965", "7.5 %", "0.0005 %", "0 of 306", "2 of 870"),
)
MISSED_HEADS = ("Light and picture", "white", "Black", "Asian")
MISSED = (
    ("clean", "0 %", "0 %", "0 %"),
    ("light / 32, with noise", "4.7 %", "49 %", "14 %"),
    ("blurred (4 pixels)", "0.7 %", "2.0 %", "1.3 %"),
    ("lower half covered", "0.7 %", "2.7 %", "1.3 %"),
)
