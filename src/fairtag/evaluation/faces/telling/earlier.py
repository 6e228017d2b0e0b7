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
# Each half of the people of LFW's folds 1 and 2 measured with the other half as cohort: `fairtag
# face evaluate --cohort --impostors within_group`, 422 people each, the 42 most alike asked.
COHORT_HEADS = (
    "Overall FMR, who, which score (threshold)",
    *("FMR white", "FMR Black", "FMR Asian"),
    *("FNMR all", "FNMR white", "FNMR Black", "FNMR Asian"),
)
COHORT = (
    (
        "0.001, half 1, raw (0.928)",
        *("0.13 %", "2.4 %", "11 %"),
        *("4.9 %", "4.5 %", "0 %", "0 %"),
    ),
    (
        "0.001, half 1, normalised (2.58)",
        *("0.12 %", "1.1 %", "0.31 %"),
        *("4.6 %", "3.6 %", "7.1 %", "0 %"),
    ),
    (
        "0.001, half 2, raw (0.929)",
        *("0.13 %", "1.7 %", "8.9 %"),
        *("6.2 %", "5.4 %", "0 %", "0 %"),
    ),
    (
        "0.001, half 2, normalised (2.51)",
        *("0.18 %", "0.7 %", "1.9 %"),
        *("3.7 %", "2.7 %", "0 %", "0 %"),
    ),
    (
        "0.0001, half 1, raw (0.941)",
        *("0.0025 %", "0.13 %", "2.2 %"),
        *("15 %", "16 %", "21 %", "0 %"),
    ),
    (
        "0.0001, half 1, normalised (3.9)",
        *("0.0025 %", "0 %", "0 %"),
        *("14 %", "12 %", "21 %", "62 %"),
    ),
    (
        "0.0001, half 2, raw (0.945)",
        *("0.0036 %", "0 %", "1.6 %"),
        *("24 %", "27 %", "0 %", "0 %"),
    ),
    (
        "0.0001, half 2, normalised (3.71)",
        *("0.011 %", "0 %", "0.17 %"),
        *("14 %", "14 %", "50 %", "31 %"),
    ),
)
