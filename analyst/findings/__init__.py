"""What the data says: movements, themes, friction on screens, and the ties between them."""

from analyst.findings.movement import why
from analyst.findings.types import (
    Coverage,
    LedgerTerm,
    Movement,
    ScreenFriction,
    ScreenLink,
    SegmentFinding,
    SegmentLift,
    ThemeFinding,
)

__all__ = [
    "Coverage",
    "LedgerTerm",
    "Movement",
    "ScreenFriction",
    "ScreenLink",
    "SegmentFinding",
    "SegmentLift",
    "ThemeFinding",
    "why",
]
