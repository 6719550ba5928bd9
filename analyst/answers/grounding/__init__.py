"""The grounding check: no sentence is shown whose numbers, names, quotes or words go beyond its evidence.

Deterministic and outside any model; every writer's every sentence goes through it. A claim is kept or refused whole.

| rule | a claim fails when |
| --- | --- |
| citing | it cites an id that the pack lacks, nothing at all, or far too much |
| form | it holds a link, an address, HTML, Markdown, code, a role, an invisible character, or gives orders |
| quotes | quoted words do not stand, whole and with their negation, in one cited text |
| numbers | a number, in digits or words, equals no number of a cited fact in that unit |
| binding | it does, but that one is of another group, window, metric or meaning |
| directions | a word of direction goes against its fact's sign, or claims a change that chance explains |
| strong | a superlative, a rank, only, all, most or new is said that no cited fact allows |
| absence | it says that there is none of something, and no cited fact counted none |
| causes | it says that something caused something, or that two things go together where no fact does |
| certainty | it is surer than a survey can be, or promises what is only expected |
| naming | it names a theme, screen, group, version, date or anything else that no cited fact is about |

What it cannot see: a sentence without a number, a name or a strong word that simply says something else than its facts
do, and which of two facts 'it' or 'they' means.
"""

from analyst.answers.grounding.case import Fault
from analyst.answers.grounding.checking import check, keep_grounded, report
from analyst.answers.grounding.report import Refused, Report, grounded_of

__all__ = ["Fault", "Refused", "Report", "check", "grounded_of", "keep_grounded", "report"]
