"""The invented contacts of the demonstration; nobody in them exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.demo.agency import TRAUMA_LINE, WORKERS_LINE
from triage.vocabulary import (
    AgeBand,
    Answer,
    CallType,
    Language,
    Problem,
    ProtectiveFactor,
    Question,
    ResponseCode,
    SafeContact,
    Sex,
)

YES, NO = Answer.YES, Answer.NO
NOTHING_SAID = dict.fromkeys((Question.WISH_DEAD, Question.THOUGHTS, Question.ACTED_EVER, Question.HIGH_DISTRESS, Question.HARMED_BY_OTHER, Question.CHILD_AT_RISK), NO)


@dataclass(frozen=True)
class Contact:
    """One contact: when it was, who wrote it down, and what was written."""

    hours_ago: float
    author: str
    line: str
    number: str | None
    language: Language
    call_type: CallType
    summary: str
    code: ResponseCode | None
    problems: tuple[Problem, ...] = ()
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    protective: tuple[ProtectiveFactor, ...] = ()
    consent: SafeContact = SafeContact.YES
    sms: SafeContact = SafeContact.NO
    alias: str | None = None
    to_say: str | None = None
    hours: tuple[int, int] | None = None
    wants_meeting: bool = False
    age: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNKNOWN


CONTACTS = (
    Contact(
        70, "volunteer", WORKERS_LINE, "+85362000101", Language.CANTONESE, CallType.SELF,
        "來電者上月被酒店解僱,每晚失眠,覺得自己拖累家人。無想過傷害自己,有太太同女兒支持。想同輔導員見面傾。",
        ResponseCode.E, (Problem.LAID_OFF, Problem.SLEEP, Problem.FAMILY),
        {**NOTHING_SAID, Question.HIGH_DISTRESS: NO}, (ProtectiveFactor.FAMILY,),
        alias="阿強", to_say="工友康樂部的朋友", hours=(600, 1260), wants_meeting=True,
        age=AgeBand.FROM_35, sex=Sex.MALE, sms=SafeContact.YES,
    ),
    Contact(
        49, "volunteer2", WORKERS_LINE, "+85362000102", Language.MANDARIN, CallType.SELF,
        "工地三个月没有发工资,来电者很焦急,问怎样投诉。没有轻生念头。已告知劳工事务局电话。",
        ResponseCode.E, (Problem.WAGE_ARREARS, Problem.LEGAL), NOTHING_SAID,
        consent=SafeContact.NO, age=AgeBand.FROM_25, sex=Sex.MALE,
    ),
    Contact(
        26, "volunteer", TRAUMA_LINE, "+85362000103", Language.PORTUGUESE, CallType.SELF,
        "Viúva há dois meses, chora no trabalho e dorme mal. Diz que às vezes preferia não acordar, "
        "mas não pensa em fazer nada. Vive sozinha; a irmã telefona ao domingo.",
        ResponseCode.D, (Problem.BEREAVEMENT, Problem.SLEEP, Problem.LONELINESS),
        {Question.WISH_DEAD: YES, Question.THOUGHTS: NO, Question.ACTED_EVER: NO,
         Question.ALONE: YES, Question.HIGH_DISTRESS: YES},
        (ProtectiveFactor.FAMILY, ProtectiveFactor.ENGAGED), alias="Teresa",
        to_say="Uma amiga do grupo de costura", wants_meeting=True,
        age=AgeBand.FROM_50, sex=Sex.FEMALE,
    ),
    Contact(
        20, "volunteer", WORKERS_LINE, "+85362000104", Language.CANTONESE, CallType.SELF,
        "欠賭債,被追數,兩星期前曾經食過量安眠藥,現在仍想死,未有具體計劃。同住母親知道。同意輔導員回電。",
        ResponseCode.B, (Problem.GAMBLING, Problem.DEBT, Problem.SUICIDE),
        {Question.WISH_DEAD: YES, Question.THOUGHTS: YES, Question.METHOD: YES, Question.INTENT: YES,
         Question.PLAN: NO, Question.ACTED_EVER: YES, Question.ACTED_2_WEEKS: YES},
        (ProtectiveFactor.FAMILY,), alias="W 先生", to_say="舊同事", hours=(540, 1380),
        age=AgeBand.FROM_25, sex=Sex.MALE,
    ),
    Contact(
        9, "volunteer2", WORKERS_LINE, "+85362000105", Language.CANTONESE, CallType.ANOTHER,
        "姐姐來電擔心弟弟。弟弟失業半年,關埋房門,講過「唔想再捱」。姐姐未問過佢有冇計劃。",
        ResponseCode.C, (Problem.LAID_OFF, Problem.FAMILY, Problem.MOOD),
        {Question.WISH_DEAD: YES, Question.HIGH_DISTRESS: YES},
        alias="姐姐", to_say="補習社", age=AgeBand.FROM_18, sex=Sex.MALE,
    ),
    Contact(
        5, "volunteer", WORKERS_LINE, None, Language.CANTONESE, CallType.SELF,
        "不願留電話。放無薪假兩個月,同丈夫成日嘈交,情緒好差,講話斷斷續續。佢話今晚唔想返屋企,"
        "買咗啲藥喺袋入面,之後收線。",
        ResponseCode.D, (Problem.UNPAID_LEAVE, Problem.MARRIAGE),
        {Question.WISH_DEAD: Answer.UNCLEAR, Question.HIGH_DISTRESS: YES},
        consent=SafeContact.NOT_ASKED, age=AgeBand.FROM_35, sex=Sex.FEMALE,
    ),
    Contact(
        4, "volunteer2", WORKERS_LINE, "+85362000106", Language.CANTONESE, CallType.INFORMATION,
        "查詢就業培訓課程報名日期。", ResponseCode.N, (), {}, consent=SafeContact.NOT_ASKED,
    ),
    Contact(
        3, "volunteer", TRAUMA_LINE, "+85362000107", Language.ENGLISH, CallType.SELF,
        "Domestic helper, her employer shouts at her and keeps her passport. She is frightened but "
        "safe tonight at a friend's. No thoughts of dying. Wants somebody to explain her rights.",
        ResponseCode.D, (Problem.WORKPLACE_CONFLICT, Problem.LEGAL),
        {**NOTHING_SAID, Question.HARMED_BY_OTHER: YES}, alias="Joy",
        to_say="a friend from church", hours=(1200, 1320), age=AgeBand.FROM_25, sex=Sex.FEMALE,
    ),
    Contact(
        2.5, "volunteer2", WORKERS_LINE, "+85362000108", Language.CANTONESE, CallType.SILENT, "",
        None, consent=SafeContact.NOT_ASKED,
    ),
    Contact(
        1.5, "volunteer", WORKERS_LINE, "+85362000109", Language.CANTONESE, CallType.SELF,
        "夜班保安,覺得好攰,成日俾住戶鬧。想搵人傾下點減壓,無輕生念頭。",
        ResponseCode.E, (Problem.WORK_STRESS,), NOTHING_SAID, alias="阿明",
        to_say="保安工會", wants_meeting=True, age=AgeBand.FROM_50, sex=Sex.MALE,
    ),
)
