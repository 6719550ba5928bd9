"""What to fix first: candidates from what happened and what was said, their expected lift, and their order."""

from analyst.fixes.lift import REALISATION, e_value, expected_lift
from analyst.fixes.ranking import EFFORT, Evidence, joint_of_top, rank_fixes
from analyst.fixes.types import Fix, Grade, Overlap

__all__ = [
    "EFFORT",
    "REALISATION",
    "Evidence",
    "Fix",
    "Grade",
    "Overlap",
    "e_value",
    "expected_lift",
    "joint_of_top",
    "rank_fixes",
]
