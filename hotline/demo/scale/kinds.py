"""The kinds of contact an invented archive is made of, and the sentences in it; nobody is in them."""

from __future__ import annotations

from dataclasses import dataclass, field

from triage.vocabulary import Answer, CallType, Language, Problem, Question, ResponseCode

Y, N = Answer.YES.value, Answer.NO.value
CALM = {Question.WISH_DEAD.value: N, Question.THOUGHTS.value: N, Question.HIGH_DISTRESS.value: N}
TIRED = {**CALM, Question.WISH_DEAD.value: Y, Question.HIGH_DISTRESS.value: Y}
THINKING = {**TIRED, Question.THOUGHTS.value: Y, Question.PLAN.value: N}
PLANNING = {**THINKING, Question.METHOD.value: Y, Question.INTENT.value: Y}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of contact; `share` is how many of a hundred answered calls are of it."""

    share: int
    call_type: CallType
    code: ResponseCode
    problems: tuple[Problem, ...] = ()
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def is_counselling(self) -> bool:
        """True where risk was asked about."""
        return self.call_type.is_counselling


T, P, R = CallType, Problem, ResponseCode
KINDS = (
    Kind(13, T.SELF, R.E, (P.LAID_OFF, P.SLEEP), CALM),
    Kind(9, T.SELF, R.E, (P.WAGE_ARREARS, P.LEGAL), CALM),
    Kind(8, T.SELF, R.E, (P.WORK_STRESS, P.FAMILY), CALM),
    Kind(8, T.SELF, R.D, (P.BEREAVEMENT, P.LONELINESS), TIRED),
    Kind(6, T.SELF, R.D, (P.UNPAID_LEAVE, P.MARRIAGE), TIRED),
    Kind(4, T.SELF, R.C, (P.DEBT, P.GAMBLING), THINKING),
    Kind(1, T.SELF, R.B, (P.SUICIDE, P.MOOD), PLANNING),
    Kind(5, T.ANOTHER, R.D, (P.FAMILY, P.MOOD), TIRED),
    Kind(2, T.ANOTHER, R.C, (P.MENTAL_ILLNESS,), THINKING),
    Kind(18, T.INFORMATION, R.N, (P.RESOURCE,)),
    Kind(8, T.PRACTICAL, R.N, (P.HOUSING,)),
    Kind(7, T.SILENT, R.N),
    Kind(5, T.HANG_UP, R.N),
    Kind(3, T.WRONG_NUMBER, R.N),
    Kind(2, T.PRANK, R.N),
    Kind(1, T.OFFICE, R.N),
)
HUNDRED = tuple(kind for kind in KINDS for _ in range(kind.share))
COUNSELLING = sum(kind.is_counselling for kind in HUNDRED)
"""So many of the hundred, the first ones, are contacts in which risk was asked about."""

SUMMARIES = {
    Language.CANTONESE: (
        "來電者近排失業,成晚瞓唔着,同屋企人成日嘈交。無諗過傷害自己,想同輔導員傾下。",
        "欠咗人錢,日日俾人追,覺得好灰。有位阿姐成日陪佢食飯。",
        "返工壓力好大,上司成日鬧佢。放工之後淨係想瞓覺,朋友約都唔想出街。",
    ),
    Language.MANDARIN: (
        "来电者三个月没拿到工资,家里等着用钱,很焦急。没有轻生念头,想知道去哪里投诉。",
        "刚来澳门工作,一个人住,晚上常常哭。和妹妹每周通一次电话。",
    ),
    Language.PORTUGUESE: (
        "Perdeu o emprego no hotel e dorme mal. Não pensa em magoar-se; a irmã telefona-lhe ao domingo.",
        "O pai morreu há dois meses. Chora no trabalho e quer falar com alguém da casa.",
    ),
    Language.ENGLISH: (
        "Works nights as a guard, very tired, quarrels at home. No thoughts of dying. Wants to talk.",
        "Her employer keeps her papers. She is safe at a friend's tonight and asks what she can do.",
    ),
}
NOTES = (
    "Rang back as agreed; sleeps a little better and has spoken with the sister.",
    "電話傾咗二十分鐘,情緒穩定,約咗下星期再傾。",
    "Não atendeu; volta-se a ligar amanhã à tarde.",
    "说最近好一些,找到了临时工作,愿意再来一次面谈。",
)
SESSION_NOTES = (
    "Talked about the weeks after the dismissal and made a plan for the mornings.",
    "傾咗點樣同太太講欠債嘅事,佢話可以試下。",
)
ALIASES = tuple(
    f"{first}{second}" for first in "阿小老" for second in "強明蓮珍輝芳傑玲華敏寶蘭堅怡俊"
)
STAFF_NAMES = (
    "Ho Chi Seng", "Lou Ka Ian", "Un Sut I", "Fong Weng Hou", "Sou Lai Kun", "Kuan Pou Wa",
    "Ieong Sio Leng", "Tam Kin Fai", "Ana Rosário", "Vong Hio Tong", "Leong Chon Kit",
    "Maria do Carmo", "Pun Wai Man", "Ng Ka Seng", "Chio Mei Ieng", "Lei Hoi Fu", "Choi Sok Han",
    "Miguel Nunes", "Kou Cheng I", "Wu Un Fan",
)
