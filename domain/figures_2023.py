"""National figures that a synthetic region-year follows (CBS StatLine 2023 and H1 2023, domain section 4.3).

Where the public figures stop, the split is our own and says so.
"""

EARLIER_INVOLVEMENT = {
    "first": 40_615,
    "repeat_multiple_known": 43_080,
    "repeat_one_known": 5_475,
    "follow_up_during_assessment": 16_915,
    "follow_up_after_assessment": 12_895,
    "follow_up_during_monitoring": 6_545,
    "unclassified": 1_815,
}
"""Reports of 2023 by earlier involvement; 127 340 in all."""

# Known: justice and safety 85 590 with police 66 % of all, health 10 395, education 5 400, youth care 2 720, other
# region 800, citizens 10 230, professionals 116 520 in all. Own split: health over its three classes, and the 11 615
# other professionals over social work, preventive services, child care and other. What is left (590) is unknown.
REPORTERS = {
    "police": 84_045,
    "justice": 1_545,
    "gp": 2_000,
    "mental_health": 2_000,
    "other_health": 6_395,
    "education": 5_400,
    "youth_help": 2_720,
    "social_work": 5_800,
    "preventive_services": 1_900,
    "child_care": 800,
    "other_professional": 3_115,
    "other_vt_region": 800,
    "citizen": 10_230,
    "unknown": 590,
}
"""Reports of 2023 by reporter class; 127 340 in all."""

# About half, 38 % and about 2 % are published (2024); the split of the last 10 % is our own.
NATURE = {
    "child_abuse": 50,
    "partner_violence": 38,
    "elder_abuse": 2,
    "violence_against_parents": 3,
    "other": 7,
}
"""Reports by the nature of the concern, in per cent."""

# Acute: 3 670 of 63 700 reports in H1 2023, of which 49 % from the police, who make 66 % of all reports.
ACUTE = 3_670 / 63_700
ACUTE_FROM_POLICE = ACUTE * 0.49 / 0.66
ACUTE_FROM_OTHERS = ACUTE * 0.51 / 0.34
