"""Tells a question put to another person, and what its answer makes of the words asked about.

"Have you thought of dying?" says nothing of anybody until it is answered. Where turns carry no
label, or one we do not know, the form of the question shows that it was put to another.
"""

from __future__ import annotations

import re

from triage.cues import Cues
from triage.segments import Segment, Speaker, asks

#: The forms in which a helper asks what somebody has thought, felt or done.
_INQUIRY = {
    "zh": re.compile(
        r"(?:有没有|有冇|有无|有否|是否|曾否|可有)(?!人)[^,，。]{0,8}?"
        r"(?:想|谂|诺过|觉得|试|说|话过|讲过|出现|念头|想法|谂法|发现|感到|伤|计划|过)"
        r"|[你您][^,，。]{0,10}?(?:想过|谂过|试过|有过|打算|谂住|会想|会谂|觉得|会唔会|会不会|系咪|是不是)"
        r"|会有[^,，。]{0,14}?(?:念头|想法|谂法)|(?:问|请教)[一下]{0,2}[你您]|例行|按惯例|照例|每个人都(?:会)?问"
    ),
    "en": re.compile(
        r"\b(?:have|do|did|are|were|would|could|can)(?:n't)? (?:you|u)\b|\bhow often (?:do|have) you\b"
        r"|\bany (?:thoughts|plans?|urges?|intentions?)\b|\b(?:ask|asking) (?:you|everyone|everybody|every caller)\b"
        r"|\byou(?:'ve| have)? ever\b|\bever (?:think|thought|feel|felt|had)\b"
    ),
    "pt": re.compile(
        r"\b(?:voce|vc|tu|o senhor|a senhora)\b.{0,24}?\b(?:ja|pensa|pensou|tem|sente|esta|teve|chegou|quer)\b"
        r"|\b(?:ja|alguma vez|tem|tens) (?:pensou|pensaste|tentou|tentaste|teve|tiveste|chegou|fez|pensado"
        r"|pensamentos|vontade|ideias?|algum plano|tido|sentido)\b|\bchegou a pensar\b"
        r"|\b(?:pensa|pensas|pensou|pensaste) em\b|\bperguntar?[ -](?:lhe|te|isto|isso|a todos)\b"
    ),
}
#: A label, a sigh, a stage direction: what may stand before the answer itself.
_BEFORE_ANSWER = re.compile(
    r"(?:[(（\[][^)）\]\n]{0,12}[)）\]]|[^\s:：,，。.!！?？]{1,8}[:：]"
    r"|[哟唷哎唉哦噢喔啊呃嗯诶欸咦哈嘿呵呀我那倒]|这个|那个|其实|老实讲|老实说|讲真|说真的"
    r"|(?:oh|well|um+|uh|ah|er|eh|hm+|gosh|god|honestly|olha|bem|ai|ora|bom|ih|na verdade)(?![a-z'])"
    r"|[ ,，.。…~—-])+"
)
#: One word that is an answer only where it stands alone.
_LONE_YES = re.compile(
    r"(?:是|系|对|会|嗯+|mm+|m-?hm+)(?=[,，.。!！…~ 啊呀的嘅吧咯囉啰哦噢啦喇㗎]|$)|(?:e|to)(?=[,.!…]|$)"
)
_LONE_NO = re.compile(r"(?:没|不|唔|nn?)(?=[,，.。!！…~ 啊呀的嘅吧咯啰啦喇]|$)")
#: "Of dying, no": the answer says over what it denies.
_ECHOED_NO = re.compile(
    r"[^,，。…]{1,6}?(?:没有|没|冇|唔会|不会|谈不上|不至于|唔至于)(?=[,，。.!！…啊呀啦]|$)"
)
#: "No ... well, sometimes": the answer turns round.
_TURNS = re.compile(
    r"(?:但|只系|只是|不过|可是|…)[^,，。]{0,4}?(?:有时|间中|偶尔|有几次|有一两次)?[^,，。]{0,2}?"
    r"(?:会想|会谂|会有|有谂|有想|有过|想过|谂过|都会|也会)"
    r"|\b(?:but|although|well|mas|so que)\b.{0,6}?\b(?:sometimes|at times|once or twice|as vezes|de vez em quando)\b"
)


def put_to_another(cues: Cues, language: str, segment: Segment, before: str, inside: str) -> bool:
    """Whether the words at this place of the sentence are asked of somebody else.

    `before` and `inside` are what stands before the phrase and the phrase itself. A worker's
    question always is; another's where it has the form of one and they are not its subject.
    """
    if not asks(segment.text):
        return False
    if segment.speaker is Speaker.WORKER:
        return True
    asked = next(reversed(list(_INQUIRY[language].finditer(before + inside))), None)
    if asked is None:
        return False
    rest = (before + inside)[asked.end() :]
    return not any(found.group("first") for found in cues.subjects.finditer(rest))


def affirmed(cues: Cues, answer: str) -> bool | None:
    """Whether the answer says yes (or will not say) to what was asked; None where it tells neither."""
    if not answer:
        return None
    lead = _BEFORE_ANSWER.match(answer)
    bare = answer[lead.end() :] if lead is not None else answer
    if cues.unsure.match(bare):
        return True
    if cues.deny.match(bare) or _LONE_NO.match(bare) or _ECHOED_NO.match(bare):
        # "Not a day without it" opens like a denial and is none.
        return cues.masked.match(bare) is not None or _TURNS.search(bare) is not None
    said_yes = any(cues.affirm.match(said) or _LONE_YES.match(said) for said in (bare, answer))
    return True if said_yes else None


__all__ = ["affirmed", "put_to_another"]
