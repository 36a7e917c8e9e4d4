"""Texts enough to train a classifier of, in a moment."""

from __future__ import annotations

from triage.labelled import Labelled, SourceSet
from triage.training import OTHERS_TEXTS

SETS = [SourceSet("made", 120, 120, "own", "made for this test", "0" * 64)]


def texts() -> list[Labelled]:
    """Short texts of ours, half with risk, in every language."""
    risky = ["我想死，活着没意思", "今晚我要跳楼", "I want to kill myself", "quero morrer", "我唔想做人"]
    calm = ["今天去上班很忙", "公司放假了", "I went to the market today", "fui ao mercado", "今日返工"]
    found = []
    for number in range(12):
        for place, (bad, good) in enumerate(zip(risky, calm, strict=True)):
            group = f"{number}-{place}"
            found.append(Labelled(f"{bad} {number}", True, 1 + place % 3, "own", group + "r", True))
            found.append(Labelled(f"{good} {number}", False, 0, "own", group + "c", True))
    return found


def others() -> list[Labelled]:
    """Posts of a set not ours, whose words mean the opposite of what they mean in ours."""
    found = []
    for number in range(OTHERS_TEXTS):
        found.append(Labelled(f"今天去上班很忙，{'夜里一个人坐着，' * 20}", True, 2, "posts", f"p{number}"))
        found.append(Labelled(f"我想死我了，{'周末一起打球，' * 20}", False, 0, "posts", f"q{number}"))
    return found
