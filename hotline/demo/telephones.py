"""The simulated telephones of the demonstration: callers who ring when told to, phones on a page."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.adapters.simulation.scenario import Number, Person, Picks, Press, Scenario, Utterance
from hotline.adapters.simulator import Network
from hotline.demo.agency import PLAYERS, TRAUMA_LINE, WORKERS_LINE, phone_of
from hotline.ports import Clock


@dataclass(frozen=True)
class Story:
    """One caller who can be asked to ring."""

    key: str
    title: str
    line: str
    number: str
    language_key: str
    says: tuple[str, ...]


STORIES = (
    Story(
        "laid-off", "A waiter laid off last month; Cantonese", WORKERS_LINE, "+85362000011", "1",
        ("喂，你好。我上個月俾公司炒咗，而家乜收入都冇。",
         "我太太成日同我嘈錢嘅嘢，我晚晚都瞓唔着。",
         "我諗過唔想再捱落去，不過我唔會做傻事嘅，仲有個女。"),
    ),
    Story(
        "plan", "Somebody who has a plan for tonight; Cantonese", WORKERS_LINE, "+85362000012", "1",
        ("我欠咗成五十萬賭債，俾人追到上門。",
         "我已經買咗炭，今晚等屋企人瞓咗就燒。",
         "對唔住，我真係頂唔順喇。"),
    ),
    Story(
        "grief", "A widow who cannot sleep; Portuguese", TRAUMA_LINE, "+85362000013", "3",
        ("Boa tarde. O meu marido morreu há dois meses.",
         "Não consigo dormir e choro todos os dias no trabalho.",
         "Não, nunca pensei em fazer-me mal, só queria falar com alguém."),
    ),
    Story(
        "wages", "A builder whose wages are owed; Mandarin", WORKERS_LINE, "+85362000014", "2",
        ("你好，老板三个月没发工资了，我们十几个人都没钱寄回家。",
         "请问我可以去哪里投诉？"),
    ),
    Story(
        "withheld", "A caller without a number who says little; English", TRAUMA_LINE, "withheld", "4",
        ("Hello... I don't know if I should be calling.", "Work is just too much right now."),
    ),
)


def scenario(account_sid: str) -> Scenario:
    """Numbers of the agency, and everybody's phone, answered by hand on the phone page."""
    return Scenario(
        name="demo", account_sid=account_sid, calls_per_second=5.0,
        numbers=(Number(WORKERS_LINE), Number(TRAUMA_LINE)),
        phones=tuple(
            Person(number=phone_of(place), name=player.username, picks=Picks.BY_HAND, talk=None)
            for place, player in enumerate(PLAYERS)
        ),
    )


def network(account_sid: str, token: str, against: str, clock: Clock) -> Network:
    """The simulated provider, not yet started."""
    return Network(scenario(account_sid), token=token, against=against, now=clock.now)


def caller_of(story: Story) -> Person:
    """The person of a story: chooses the language, then talks until the other hangs up."""
    return Person(
        number=story.number, name=story.key,
        presses=(Press(press=story.language_key, at="language", after=1.5),),
        says=tuple(
            Utterance(text=words, after=4.0 + 6.0 * place) for place, words in enumerate(story.says)
        ),
        talk=180.0, hang_up_after=900.0,
    )
