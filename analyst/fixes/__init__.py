"""What to fix first: candidates from what happened and what was said, their expected lift, and their order; and, once
a fix shipped, whether it worked and what that teaches."""

from analyst.fixes.calibration import Calibration, calibrate
from analyst.fixes.lift import REALISATION, e_value, expected_lift
from analyst.fixes.looks import Check, Look
from analyst.fixes.ranking import EFFORT, Evidence, joint_of_top, rank_fixes
from analyst.fixes.shipping import Shipping, register
from analyst.fixes.standing import FixBook, Standing, standings
from analyst.fixes.types import Fix, Grade, Overlap
from analyst.fixes.verify import look
from analyst.fixes.watching import Target

__all__ = [
    "EFFORT",
    "REALISATION",
    "Calibration",
    "Check",
    "Evidence",
    "Fix",
    "FixBook",
    "Grade",
    "Look",
    "Overlap",
    "Shipping",
    "Standing",
    "Target",
    "calibrate",
    "e_value",
    "expected_lift",
    "joint_of_top",
    "look",
    "rank_fixes",
    "register",
    "standings",
]
